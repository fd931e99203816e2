import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";

export type SaidEntry = Pick<EntryRow, "id" | "session_id" | "seq" | "session_key" | "sender_id" | "text">;

/** What stands in a transcript of a platform's message. */
export const findSaidEntry = statement<{ channel: string; account: string; chat: string; message_id: string }, SaidEntry>((db, p) =>
  db
    .selectFrom("entries")
    .select(["id", "session_id", "seq", "session_key", "sender_id", "text"])
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where("message_id", "=", p("message_id")),
);
