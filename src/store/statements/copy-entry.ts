import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Keeps what an entry says beside it, with the same parent and the same id on its platform. */
export const copyEntry = statement<{ session_id: string; seq: number; to_seq: number; id: string }>((db, p) =>
  db
    .insertInto("entries")
    .columns(["session_id", "seq", "id", "session_key", "parent_id", "turn_id", "role", "text", "at", "channel", "account", "chat", "thread", "sender_id", "sender_name", "person", "audience", "model", "meta", "message_id"])
    .expression(
      db
        .selectFrom("entries")
        .select(["session_id", sql<number>`cast(${p("to_seq")} as bigint)`.as("seq"), sql<string>`cast(${p("id")} as text)`.as("id")])
        .select(["session_key", "parent_id", "turn_id", "role", "text", "at", "channel", "account", "chat", "thread", "sender_id", "sender_name", "person", "audience", "model", "meta", "message_id"])
        .where("session_id", "=", p("session_id"))
        .where("seq", "=", p("seq")),
    ),
);
