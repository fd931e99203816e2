import type { Rounds } from "../domain/rounds.ts";
import { createIndexer, indexNoted } from "../search/index.ts";
import type { Store } from "../store/store.ts";
import type { House } from "./house.ts";

const LEASE = "search";

/** Indexes what is said; of several gateways on one database, one does. */
export async function startIndexing({ store, log, cluster }: House): Promise<Pick<Rounds, "stop">> {
  const indexer = createIndexer({ store, log });
  if (store.cluster === null) indexer.start();
  else await cluster.leases.want(LEASE, { gained: async () => indexer.start(), lost: indexer.stop });
  return indexer;
}

/** What is not there any more is not found by its words either: its notes are followed to the last one. */
export async function forgetWords(store: Store): Promise<void> {
  while ((await indexNoted(store)) > 0);
}
