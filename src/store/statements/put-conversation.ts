import { statement } from "../statement.ts";
import type { ConversationRow } from "../tables.ts";

/** A conversation as it is to be, every column of it; what was read of it before is counted anew. */
export const putConversation = statement<Omit<ConversationRow, "amends">>((db, p) =>
  db.insertInto("conversations").values({
    session_id: p("session_id"),
    key: p("key"),
    began_at: p("began_at"),
    began_reason: p("began_reason"),
    ended_at: p("ended_at"),
    ended_reason: p("ended_reason"),
    entry_seq: p("entry_seq"),
    leaf_id: p("leaf_id"),
    message_count: p("message_count"),
    preview: p("preview"),
    usage: p("usage"),
  }),
);
