import { listEntryPlaces, type EntryPlace } from "../../store/statements/list-entry-places.ts";
import type { Executor } from "../../store/store.ts";
import { speakerKey } from "./speakers.ts";
import { breathe, PAGE } from "./types.ts";

/** An entry without what it says. */
export interface LightEntry {
  readonly id: string;
  readonly seq: number;
  readonly role: string;
  readonly person: string | null;
  /** Of a user entry: whoever said it. */
  readonly speaker: string | null;
  /** It was set aside: nothing follows it. */
  readonly aside: boolean;
  /** It sums up what everybody said who spoke there. */
  readonly summary: boolean;
}

/** What belongs together: a question with all that came of it, or one entry that belongs to no turn. */
export interface TurnEntries {
  /** The smallest id of its entries: ids sort by time. */
  readonly firstId: string;
  readonly turnId: string | null;
  /** Whose question it was; null when nobody in particular asked. */
  readonly speaker: string | null;
  readonly entries: readonly LightEntry[];
}

interface Growing {
  firstId: string;
  readonly turnId: string | null;
  speaker: string | null;
  readonly entries: LightEntry[];
}

function lightOf(row: EntryPlace): LightEntry {
  return { id: row.id, seq: row.seq, role: row.role, person: row.person, speaker: row.role === "user" ? speakerKey(row) : null, aside: row.aside !== null, summary: row.summary === 1 };
}

/** A conversation's turns after a position, in its order. */
export async function readTurns(tx: Executor, sessionId: string, after = 0): Promise<TurnEntries[]> {
  const turns: Growing[] = [];
  const byId = new Map<string, Growing>();
  for (let last = after; ; await breathe()) {
    const rows = await tx.all(listEntryPlaces, { session_id: sessionId, after: last, limit: PAGE });
    for (const row of rows) {
      const entry = lightOf(row);
      let turn = row.turn_id === null ? undefined : byId.get(row.turn_id);
      if (turn === undefined) {
        turn = { firstId: row.id, turnId: row.turn_id, speaker: null, entries: [] };
        turns.push(turn);
        if (row.turn_id !== null) byId.set(row.turn_id, turn);
      }
      turn.entries.push(entry);
      if (row.id < turn.firstId) turn.firstId = row.id;
      // What was overheard in a room stands before the question that it belongs to: whoever asked is the last.
      turn.speaker = entry.speaker ?? turn.speaker;
      last = row.seq;
    }
    if (rows.length < PAGE) return turns;
  }
}

/** Several conversations' turns as one: in the order of time, but for those that still wait for their answer. */
export function inOrder(turns: readonly TurnEntries[], waiting: ReadonlySet<string> = new Set()): TurnEntries[] {
  const waits = ({ turnId }: TurnEntries): number => (turnId !== null && waiting.has(turnId) ? 1 : 0);
  return turns.toSorted((a, b) => waits(a) - waits(b) || (a.firstId < b.firstId ? -1 : a.firstId > b.firstId ? 1 : 0));
}
