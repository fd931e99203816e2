import { statement } from "../statement.ts";
import type { ConversationRow } from "../tables.ts";

/** All session ids that a key has had, newest first. */
export const listConversations = statement<{ key: string; limit: number }, ConversationRow>((db, p) =>
  db.selectFrom("conversations").selectAll().where("key", "=", p("key")).orderBy("began_at", "desc").limit(p("limit")),
);
