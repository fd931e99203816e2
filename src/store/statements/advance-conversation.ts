import { statement } from "../statement.ts";

/** Counts appended entries; a null preview or usage keeps the old one. */
export const advanceConversation = statement<{
  session_id: string;
  entries: number;
  leaf_id: string;
  messages: number;
  preview: string | null;
  usage: string | null;
}>((db, p) =>
  db
    .updateTable("conversations")
    .set((eb) => ({
      entry_seq: eb("entry_seq", "+", p("entries")),
      leaf_id: p("leaf_id"),
      message_count: eb("message_count", "+", p("messages")),
      preview: eb.fn.coalesce(eb.ref("preview"), eb.cast<string | null>(eb.val(p("preview")), "text")),
      usage: eb.fn.coalesce(eb.cast<string | null>(eb.val(p("usage")), "text"), eb.ref("usage")),
    }))
    .where("session_id", "=", p("session_id")),
);
