import type { Rounds } from "../domain/rounds.ts";
import { createIndexer, indexNoted } from "../search/index.ts";
import type { Store } from "../store/store.ts";
import type { House } from "./house.ts";

const LEASE = "search";
/** However the check goes. */
const LONGEST_WAIT_MS = 900_000;

/**
 * The check of the pages after a start reads as of one moment, and begins anew when too much is written meanwhile: filling the index
 * beside it, it would never come to the end of a large table.
 */
function waitsForCheck(store: Store): () => boolean {
  const since = performance.now();
  return () => {
    const state = store.upkeep?.health().check.state;
    return (state === "waiting" || state === "running") && performance.now() - since < LONGEST_WAIT_MS;
  };
}

/** Indexes what is said; of several gateways on one database, one does. */
export async function startIndexing({ store, log, cluster }: House): Promise<Pick<Rounds, "stop">> {
  const indexer = createIndexer({ store, log, makesWay: waitsForCheck(store) });
  if (store.cluster === null) indexer.start();
  else await cluster.leases.want(LEASE, { gained: async () => indexer.start(), lost: indexer.stop });
  return indexer;
}

/** What is not there any more is not found by its words either: its notes are followed to the last one. */
export async function forgetWords(store: Store): Promise<void> {
  while ((await indexNoted(store)) > 0);
}
