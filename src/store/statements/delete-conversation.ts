import { statement } from "../statement.ts";

/** Takes a session id away; what was said in it is elsewhere by then. */
export const deleteConversation = statement<{ session_id: string }>((db, p) =>
  db.deleteFrom("conversations").where("session_id", "=", p("session_id")),
);
