import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";

export type TurnEntry = Pick<EntryRow, "id" | "seq" | "role" | "text" | "channel" | "account" | "chat" | "sender_id" | "message_id">;

/** What was said in a turn, as a conversation has it. */
export const listTurnEntries = statement<{ session_id: string; turn_id: string }, TurnEntry>((db, p) =>
  db
    .selectFrom("entries")
    .select(["id", "seq", "role", "text", "channel", "account", "chat", "sender_id", "message_id"])
    .where("session_id", "=", p("session_id"))
    .where("turn_id", "=", p("turn_id"))
    .orderBy("seq"),
);
