import { statement } from "../statement.ts";

/** Puts a stretch of a conversation's entries, at their positions, under another session id. */
export const renameConversationEntries = statement<{ session_id: string; to: string; upto: number }>((db, p) =>
  db
    .updateTable("entries")
    .set({ session_id: p("to") })
    .where("session_id", "=", p("session_id"))
    .where("seq", "<=", p("upto")),
);
