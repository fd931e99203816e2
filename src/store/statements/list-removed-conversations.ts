import { statement } from "../statement.ts";
import type { ConversationRow } from "../tables.ts";

/** Conversations of a key that began by a time, but for the one that is current, oldest first. */
export const listRemovedConversations = statement<{ key: string; through: number; current: string; limit: number }, ConversationRow>((db, p) =>
  db
    .selectFrom("conversations")
    .selectAll()
    .where("key", "=", p("key"))
    .where("began_at", "<=", p("through"))
    .where("session_id", "!=", p("current"))
    .orderBy("began_at")
    .limit(p("limit")),
);
