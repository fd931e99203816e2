import type { InboxRow } from "../store/tables.ts";
import type { Executor } from "../store/store.ts";
import { findNewestItem } from "../store/statements/find-newest-item.ts";
import { listSettledItems, type SettledItem } from "../store/statements/list-settled-items.ts";
import { listWaitingItems } from "../store/statements/list-waiting-items.ts";
import { reassignItem } from "../store/statements/reassign-item.ts";
import { rerouteItem } from "../store/statements/reroute-item.ts";

type Where = Pick<InboxRow, "session_key" | "agent_id" | "person" | "audience">;

/** Accepted messages that follow their sender to another session, when it changes who shares one (law 7). */
export const items = {
  /** Finished ones of a session from one chat, accepted after a number. */
  settled: (tx: Executor, of: { session_key: string; channel: string; account: string; chat: string; after: number }): Promise<SettledItem[]> => tx.all(listSettledItems, of),
  /** Those that no turn has taken, in order, a page at a time. */
  waiting: (tx: Executor, after: number, limit: number): Promise<InboxRow[]> => tx.all(listWaitingItems, { after, limit }),
  /** The number of the newest; 0 when there is none. */
  newest: async (tx: Executor): Promise<number> => (await tx.get(findNewestItem, {}))?.seq ?? 0,
  /** Where it belongs; nothing else of it. */
  reassign: async (tx: Executor, seq: number, to: Where): Promise<void> => void (await tx.run(reassignItem, { seq, ...pick(to) })),
  /** Where it belongs, and what was read from that when it was accepted. */
  reroute: async (tx: Executor, seq: number, to: Where & Pick<InboxRow, "message" | "why">): Promise<void> =>
    void (await tx.run(rerouteItem, { seq, ...pick(to), message: to.message, why: to.why })),
};

function pick({ session_key, agent_id, person, audience }: Where): Where {
  return { session_key, agent_id, person, audience };
}
