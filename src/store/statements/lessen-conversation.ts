import { statement } from "../statement.ts";

/** Entries of it are gone: what was read of it before is stale, and so is what it is shown by. */
export const lessenConversation = statement<{ session_id: string; messages: number; leaf_id: string | null; preview: string | null }>((db, p) =>
  db
    .updateTable("conversations")
    .set((eb) => ({ amends: eb("amends", "+", 1), message_count: p("messages"), leaf_id: p("leaf_id"), preview: p("preview") }))
    .where("session_id", "=", p("session_id")),
);
