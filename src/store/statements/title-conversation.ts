import { statement } from "../statement.ts";

/** What a conversation is called by its person; null is nothing. */
export const titleConversation = statement<{ session_id: string; title: string | null }>((db, p) =>
  db.updateTable("conversations").set({ title: p("title") }).where("session_id", "=", p("session_id")),
);
