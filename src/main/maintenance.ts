import { createMaintenance, type Maintenance } from "../sessions/maintenance/index.ts";
import type { House } from "./house.ts";
import { maintenanceSettings } from "./settings.ts";

const LEASE = "upkeep";

/** Tidies up the sessions; of several gateways on one database, one does. */
export async function startMaintenance({ store, clock, ids, log, settings, cluster, doors }: House): Promise<Pick<Maintenance, "stop">> {
  const maintenance = createMaintenance({
    ...{ store, clock, ids, log },
    settings: () => maintenanceSettings(settings.current()),
    onRemoved: (conversations) => {
      if (conversations.length > 0) doors.mirror?.moved(conversations);
    },
  });
  if (store.cluster === null) maintenance.start();
  else await cluster.leases.want(LEASE, { gained: async () => maintenance.start(), lost: maintenance.stop });
  return maintenance;
}
