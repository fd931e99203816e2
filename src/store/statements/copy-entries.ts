import { sql } from "kysely";
import { statement } from "../statement.ts";
import { onPath } from "./on-path.ts";

/** Copies what is on the path within a span into another session id, in its place; copies are told by what is put behind their ids. */
export const copyEntries = statement<{ session_id: string; to_session: string; suffix: string; after: number; through: number }>((db, p) =>
  db
    .insertInto("entries")
    .columns(["session_id", "seq", "id", "session_key", "parent_id", "turn_id", "role", "text", "at", "channel", "account", "chat", "thread", "sender_id", "sender_name", "person", "audience", "model", "meta", "message_id"])
    .expression(
      db
        .selectFrom("entries")
        .select([
          sql<string>`cast(${p("to_session")} as text)`.as("session_id"),
          "seq",
          sql<string>`id || cast(${p("suffix")} as text)`.as("id"),
          "session_key",
          sql<string | null>`parent_id || cast(${p("suffix")} as text)`.as("parent_id"),
        ])
        .select(["turn_id", "role", "text", "at", "channel", "account", "chat", "thread", "sender_id", "sender_name", "person", "audience", "model", "meta", "message_id"])
        .where("session_id", "=", p("session_id"))
        .where("seq", ">", p("after"))
        .where("seq", "<=", p("through"))
        .where(onPath),
    ),
);
