import { statement } from "../statement.ts";
import type { ConversationRow } from "../tables.ts";

/** A conversation as it is to be, every column of it. */
export const putConversation = statement<ConversationRow>((db, p) =>
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
    amends: p("amends"),
    title: p("title"),
    forked_from: p("forked_from"),
    compactions: p("compactions"),
    compacted_at: p("compacted_at"),
  }),
);
