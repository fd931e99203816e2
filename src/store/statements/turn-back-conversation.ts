import { sql } from "kysely";
import { statement } from "../statement.ts";

/** A conversation ends elsewhere than it did: what was read of it is stale, and how full it is nobody knows until the next answer. */
export const turnBackConversation = statement<{ session_id: string; leaf_id: string | null; messages: number }>((db, p) =>
  db
    .updateTable("conversations")
    .set((eb) => ({ leaf_id: p("leaf_id"), message_count: eb("message_count", "+", p("messages")), amends: eb("amends", "+", sql.lit(1)), usage: null }))
    .where("session_id", "=", p("session_id")),
);
