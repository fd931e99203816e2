import type { ConversationRow, KeyAliasRow, ParticipantRow, SessionRow } from "../../store/tables.ts";
import type { Made } from "./conversations.ts";
import type { ItemRoute, TurnRoute } from "./types.ts";

/** Accepted messages that stood under one route. */
export interface ItemsBefore {
  readonly route: ItemRoute;
  readonly seqs: readonly number[];
}

/** A turn that was not over, as it stood. */
export interface TurnBefore {
  readonly id: string;
  readonly route: TurnRoute;
}

/** A message that waited, as routing had it. */
export interface WaitingBefore extends ItemRoute {
  readonly seq: number;
  readonly message: string;
  readonly why: string;
}

/** What a step is to do: kept where its undo will stand. */
export type StepPlan = { readonly kind: "sessions"; readonly sources: readonly string[] } | { readonly kind: "waiting" };

/** Everything that takes a step of sessions back; where its entries stood is in `moved_entries`. */
export interface SessionsUndo {
  readonly kind: "sessions";
  /** Every key that the step touched, whether there was a session or is one. */
  readonly keys: readonly string[];
  readonly sessions: readonly SessionRow[];
  readonly conversations: readonly ConversationRow[];
  readonly participants: readonly ParticipantRow[];
  /** The participants as the step left them: what is counted above that was said later. */
  readonly counted: readonly ParticipantRow[];
  /** The targets as the step left them: what is different by then was changed by somebody since. */
  readonly settled: readonly SessionRow[];
  readonly made: readonly Made[];
  readonly aliases: { readonly before: readonly KeyAliasRow[]; readonly added: readonly string[] };
  readonly items: readonly ItemsBefore[];
  /** Turns that nobody ran, as they stood; older changes have none. */
  readonly turns?: readonly TurnBefore[];
  /** The newest accepted message then. */
  readonly newestItem: number;
}

export interface WaitingUndo {
  readonly kind: "waiting";
  readonly items: readonly WaitingBefore[];
}

export type StepUndo = SessionsUndo | WaitingUndo;

export function planOf(text: string | null): StepPlan {
  return text === null ? { kind: "waiting" } : (JSON.parse(text) as StepPlan);
}

export function undoOf(text: string | null): StepUndo {
  return text === null ? { kind: "waiting", items: [] } : (JSON.parse(text) as StepUndo);
}
