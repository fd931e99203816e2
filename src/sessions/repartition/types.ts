import type { InboundMessage } from "../../domain/message.ts";
import type { Route } from "../../domain/route.ts";
import type { Executor } from "../../store/store.ts";
import type { InboxRow, ParticipantRow, TurnRow } from "../../store/tables.ts";
import type { SettledItem } from "../../store/statements/list-settled-items.ts";

/** Says where a message belongs; pure. */
export type Router = (message: InboundMessage) => Route;

/** The key of an agent's main session, before and after a change: `global` where everybody shares one. */
export interface Mains {
  mainKeyBefore(agentId: string): string;
  mainKeyAfter(agentId: string): string;
}

/** What decides who shares a session, before and after. */
export interface Routing {
  readonly before: Router;
  readonly after: Router;
  readonly mains: Mains;
}

/** Whose sessions may change: everybody's, or only those whom the change names. */
export type Affected = "all" | ((participant: ParticipantRow) => boolean);

export type Mode = "repartition" | "fresh";

export type ItemRoute = Pick<InboxRow, "session_key" | "agent_id" | "person" | "audience">;

/** The accepted messages of a session, which are the inbox's to write. */
export interface Items {
  /** Finished ones of a session from one chat, accepted after a number. */
  settled(tx: Executor, of: { session_key: string; channel: string; account: string; chat: string; after: number }): Promise<SettledItem[]>;
  /** Those that no turn has taken, in order, a page at a time. */
  waiting(tx: Executor, after: number, limit: number): Promise<InboxRow[]>;
  /** Those of a turn that is not over. */
  claimed(tx: Executor, turnId: string): Promise<InboxRow[]>;
  /** The number of the newest; 0 when there is none. */
  newest(tx: Executor): Promise<number>;
  reassign(tx: Executor, seq: number, to: ItemRoute): Promise<void>;
  reroute(tx: Executor, seq: number, to: ItemRoute & Pick<InboxRow, "message" | "why">): Promise<void>;
}

export type TurnRoute = Pick<TurnRow, "session_key" | "session_id" | "agent_id" | "audience">;

/** The turns that are not over, which are the turns' room's to write. */
export interface RunningTurns {
  /** That of a session. */
  find(tx: Executor, sessionKey: string): Promise<TurnRow | undefined>;
  reassign(tx: Executor, turnId: string, to: TurnRoute): Promise<void>;
}

/** How many rows are read or written before others get their turn of the event loop. */
export const PAGE = 500;

/** Lets the rest of the process breathe; a transaction that waits so keeps only the store's other writers waiting. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
