import { createIndexer, type Indexer } from "../search/index.ts";
import type { House } from "./house.ts";

const LEASE = "search";

/** Indexes what is said; of several gateways on one database, one does. */
export async function startIndexing({ store, log, cluster }: House): Promise<Pick<Indexer, "stop">> {
  const indexer = createIndexer({ store, log });
  if (store.cluster === null) indexer.start();
  else await cluster.leases.want(LEASE, { gained: async () => indexer.start(), lost: indexer.stop });
  return indexer;
}
