import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";

/** What was said in a turn, as a conversation has it. */
export const listTurnEntries = statement<{ session_id: string; turn_id: string }, Pick<EntryRow, "id" | "text" | "channel" | "account" | "chat" | "message_id">>((db, p) =>
  db
    .selectFrom("entries")
    .select(["id", "text", "channel", "account", "chat", "message_id"])
    .where("session_id", "=", p("session_id"))
    .where("turn_id", "=", p("turn_id"))
    .orderBy("seq"),
);
