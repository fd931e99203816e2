import { statement } from "../statement.ts";

/** The same session id under another key. */
export const rekeyConversation = statement<{ session_id: string; key: string }>((db, p) =>
  db.updateTable("conversations").set({ key: p("key") }).where("session_id", "=", p("session_id")),
);
