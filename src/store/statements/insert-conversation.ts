import { statement } from "../statement.ts";
import type { ConversationRow } from "../tables.ts";

/** A new session id under a key, with the reason why it began (law 6). */
export const insertConversation = statement<Pick<ConversationRow, "session_id" | "key" | "began_at" | "began_reason">>((db, p) =>
  db.insertInto("conversations").values({
    session_id: p("session_id"),
    key: p("key"),
    began_at: p("began_at"),
    began_reason: p("began_reason"),
  }),
);
