import type { Rounds } from "../domain/rounds.ts";
import { createMaintenance } from "../sessions/maintenance/index.ts";
import type { House } from "./house.ts";
import { maintenanceSettings } from "./settings.ts";

const LEASE = "upkeep";

/** Tidies up the sessions, and what was sent in them; of several gateways on one database, one does. */
export async function startMaintenance({ store, clock, ids, log, settings, media, cluster, doors }: House): Promise<Pick<Rounds, "stop">> {
  const maintenance = createMaintenance({
    ...{ store, clock, ids, log },
    settings: () => maintenanceSettings(settings.current()),
    onRemoved: (conversations) => {
      if (conversations.length > 0) doors.mirror?.moved(conversations);
    },
  });
  const start = (): void => {
    maintenance.start();
    media.upkeep.start();
  };
  const stop = async (): Promise<void> => {
    await Promise.all([media.upkeep.stop(), maintenance.stop()]);
  };
  if (store.cluster === null) start();
  else await cluster.leases.want(LEASE, { gained: async () => start(), lost: stop });
  return { stop };
}
