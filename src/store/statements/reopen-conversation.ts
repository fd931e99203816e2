import { statement } from "../statement.ts";

/** An old session id is current again. */
export const reopenConversation = statement<{ session_id: string }>((db, p) =>
  db.updateTable("conversations").set({ ended_at: null, ended_reason: null }).where("session_id", "=", p("session_id")),
);
