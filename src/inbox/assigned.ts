import type { Executor } from "../store/store.ts";
import type { Items } from "../sessions/repartition/types.ts";
import { findNewestItem } from "../store/statements/find-newest-item.ts";
import { listClaimedItems } from "../store/statements/list-claimed-items.ts";
import { listSettledItems } from "../store/statements/list-settled-items.ts";
import { listWaitingItems } from "../store/statements/list-waiting-items.ts";
import { reassignItem } from "../store/statements/reassign-item.ts";
import { rerouteItem } from "../store/statements/reroute-item.ts";

/** Accepted messages for those who sort sessions anew (law 7): only this room writes them. */
export const assignedItems: Items = {
  settled: (tx: Executor, of) => tx.all(listSettledItems, of),
  waiting: (tx, after, limit) => tx.all(listWaitingItems, { after, limit }),
  claimed: (tx, turnId) => tx.all(listClaimedItems, { turn_id: turnId }),
  newest: async (tx) => (await tx.get(findNewestItem, {}))?.seq ?? 0,
  reassign: async (tx, seq, to) => void (await tx.run(reassignItem, { seq, ...to })),
  reroute: async (tx, seq, to) => void (await tx.run(rerouteItem, { seq, ...to })),
};
