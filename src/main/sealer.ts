import { writeFile, rename } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { headWords, type Head } from "../store/seals/chain.ts";
import { headOf, sealSome } from "../store/seals/seal.ts";
import { findNewestEvent } from "../store/statements/find-newest-event.ts";
import type { House } from "./house.ts";
import { headFile } from "./rights.ts";

const LEASE = "sealer";
const EVERY_MS = 5_000;
/** A line that was committed late has no number that shows it: so often it is looked for when nothing new came. */
const LOOKS = 5;

/** Notes where the chain ends, outside of the database: whoever cuts its end off there does not reach this. */
async function note(stateDir: string, head: Head): Promise<void> {
  const path = headFile(stateDir);
  await writeFile(`${path}.new`, `${JSON.stringify({ head: headWords(head) })}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Seals the ledger's lines behind those who write them, who never wait for it; of several gateways on one database, one does. */
export async function startSealer({ store, clock, ids, log, cluster, stateDir }: House): Promise<{ stop(): Promise<void> }> {
  let running: { readonly stop: AbortController; readonly ended: Promise<void> } | null = null;

  const look = async (signal: AbortSignal): Promise<void> => {
    let newest = -1;
    let looks = 0;
    while (!signal.aborted) {
      const now = (await store.get(findNewestEvent, {}))?.seq ?? 0;
      looks = now === newest ? looks + 1 : 0;
      newest = now;
      let sealed = 0;
      if (looks <= LOOKS) for (let some = 1; some > 0 && !signal.aborted; sealed += some) some = await sealSome(store, ids, clock.now());
      if (sealed > 0) await note(stateDir, await headOf(store));
      await sleep(EVERY_MS, undefined, { ref: false, signal }).catch(() => undefined); // it was told to stop
    }
  };
  const run = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await look(signal).catch((error: unknown) => log.warn({ err: error }, "the ledger could not be sealed; it is tried again"));
      await sleep(EVERY_MS, undefined, { ref: false, signal }).catch(() => undefined); // it was told to stop
    }
  };
  const begin = async (): Promise<void> => {
    const stop = new AbortController();
    running ??= { stop, ended: run(stop.signal) };
  };
  const end = async (): Promise<void> => {
    const was = running;
    running = null;
    was?.stop.abort();
    await was?.ended;
  };
  if (store.cluster === null) await begin();
  else await cluster.leases.want(LEASE, { gained: begin, lost: end });
  return { stop: end };
}
