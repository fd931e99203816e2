import { deleteParticipants } from "../../store/statements/delete-participants.ts";
import { insertParticipant } from "../../store/statements/insert-participant.ts";
import type { Executor } from "../../store/store.ts";
import type { ParticipantRow } from "../../store/tables.ts";
import { speakerKey } from "./speakers.ts";
import { breathe, PAGE } from "./types.ts";

/** The same sender in the same place, counted in two sessions: as one. */
export function addUp(a: ParticipantRow, b: ParticipantRow): ParticipantRow {
  const [older, newer] = a.last_at <= b.last_at ? [a, b] : [b, a];
  return {
    ...newer,
    sender_name: newer.sender_name ?? older.sender_name,
    place: newer.place ?? older.place,
    explicit: Math.min(a.explicit, b.explicit),
    canary: newer.canary ?? older.canary,
    language: newer.language ?? older.language ?? null,
    messages: a.messages + b.messages,
    first_at: Math.min(a.first_at, b.first_at),
  };
}

/** One row for each sender, place and session. */
export function together(rows: readonly ParticipantRow[]): ParticipantRow[] {
  const known = new Map<string, ParticipantRow>();
  for (const row of rows) {
    const key = `${row.session_key} ${speakerKey(row)}`;
    const there = known.get(key);
    known.set(key, there === undefined ? row : addUp(there, row));
  }
  return [...known.values()];
}

/** Empties sessions of their participants and fills in others. */
export async function replaceParticipants(tx: Executor, keys: Iterable<string>, rows: readonly ParticipantRow[]): Promise<void> {
  for (const session_key of keys) await tx.run(deleteParticipants, { session_key });
  for (const [index, row] of rows.entries()) {
    await tx.run(insertParticipant, row);
    if (index % PAGE === PAGE - 1) await breathe();
  }
}
