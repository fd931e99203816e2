import { isContinuoError } from "../domain/errors.ts";
import { announceSession, publish } from "./announce.ts";
import type { House } from "./house.ts";
import type { Line } from "./line.ts";
import { mirrorDirectories } from "./mirror.ts";
import { createWhoIsWho } from "./people.ts";
import { createRights, type RunningRights } from "./rights.ts";
import { forgetWords } from "./search.ts";
import { rememberAnew } from "./settings.ts";

const LEASE = "erasure";

async function claim({ cluster: { leases }, store }: House): Promise<(() => Promise<void>) | null> {
  const release = (): Promise<void> => leases.giveUp(LEASE);
  if (store.cluster === null) return async () => undefined;
  await leases.want(LEASE, { gained: async () => undefined, lost: async () => undefined });
  if (leases.holds(LEASE)) return release;
  await release();
  return null;
}

const TRY_AGAIN_MS = 5_000;

/** Goes on with whoever was being erased, if nobody else does: that one may end as well, so it is looked at again. */
export function carryOnErasing(house: House, rights: RunningRights): void {
  rights.resume().catch((error: unknown) => {
    if (!house.ready) return;
    if (isContinuoError(error) && error.code === "CHANGE_BUSY") return void setTimeout(() => house.ready && carryOnErasing(house, rights), TRY_AGAIN_MS).unref();
    house.log.error({ err: error }, "somebody who was being erased is not erased yet; run the same command again, or start the gateway again");
  });
}

/** People's rights beside a running gateway: it goes on serving while somebody is erased. */
export function liveRights(house: House, line: Line): RunningRights {
  const { store, clock, ids, settings, stateDir, start, doors } = house;
  return createRights({
    ...{ store, clock, ids, stateDir, version: start.version },
    who: createWhoIsWho(settings.directory, settings.current),
    mirrors: () => mirrorDirectories(stateDir, settings.current().config),
    onProgress: (progress) => publish(house, "rights.progress", progress),
    around: {
      media: house.media.media,
      claim: () => claim(house),
      hold: async (sessions) => (sessions.length === 0 ? () => undefined : line.hold(sessions)),
      async onPeople() {
        await rememberAnew(store, settings, start.env);
        line.shared.forget();
        publish(house, "people.changed", { reason: "erased" });
      },
      async onErased({ sessions, conversations }) {
        line.shared.forget();
        await forgetWords(store);
        doors.mirror?.moved(conversations);
        for (const key of sessions) announceSession(house, key, "erased");
        await doors.mirror?.written();
      },
      isAlone: false,
    },
  });
}
