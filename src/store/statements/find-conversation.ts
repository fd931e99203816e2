import { statement } from "../statement.ts";
import type { ConversationRow } from "../tables.ts";

/** A session id's life. */
export const findConversation = statement<{ session_id: string }, ConversationRow>((db, p) =>
  db.selectFrom("conversations").selectAll().where("session_id", "=", p("session_id")),
);
