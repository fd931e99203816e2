import { sql } from "kysely";
import type { Migration } from "./migration.ts";
import { primary, required, zero } from "./columns.ts";

/** What a session's person chose for it, what a conversation is called and came from, what was set aside, and what can be undone. */
export const sessionLife: Migration = {
  name: "0009-session-life",
  up: (db) => [
    db.schema.alterTable("sessions").addColumn("choices", "text"),
    db.schema.alterTable("sessions").addColumn("pinned_at", "bigint"),
    db.schema.alterTable("sessions").addColumn("archived_at", "bigint"),
    db.schema.alterTable("sessions").addColumn("pointed_at", "bigint"),
    db.schema.alterTable("conversations").addColumn("title", "text"),
    db.schema.alterTable("conversations").addColumn("forked_from", "text"),
    db.schema.alterTable("conversations").addColumn("compactions", "bigint", zero),
    db.schema.alterTable("conversations").addColumn("compacted_at", "bigint"),
    // What stands first in every list, and what stands in none.
    db.schema.createIndex("sessions_pinned").on("sessions").columns(["updated_at", "key"]).where(sql.ref("pinned_at"), "is not", null),
    db.schema.createIndex("sessions_archived").on("sessions").columns(["updated_at", "key"]).where(sql.ref("archived_at"), "is not", null),
    // Entries that are not on the path that models and readers are shown, and what set them aside.
    db.schema.createTable("asides").addColumn("entry_id", "text", primary).addColumn("branch", "text", required),
    db.schema.createIndex("asides_by_branch").on("asides").column("branch"),
    db.schema.alterTable("participants").addColumn("language", "text"),
    db.schema
      .createTable("steps")
      .addColumn("id", "text", primary)
      .addColumn("session_key", "text", required)
      .addColumn("at", "bigint", required)
      .addColumn("kind", "text", required)
      .addColumn("from_session", "text", required)
      .addColumn("to_session", "text", required)
      .addColumn("branch", "text")
      .addColumn("undone_at", "bigint"),
    // A session id says what led to it, also where its key was changed since.
    db.schema.createIndex("steps_by_session").on("steps").columns(["to_session", "id"]),
    // Where somebody speaks off the record, and with which gateway: nothing of what is said.
    db.schema
      .createTable("private_chats")
      .addColumn("channel", "text", required)
      .addColumn("account", "text", required)
      .addColumn("chat", "text", required)
      .addColumn("thread_key", "text", required)
      .addColumn("session_key", "text", required)
      .addColumn("audience", "text", required)
      .addColumn("peer", "text", required)
      .addColumn("gateway", "text", required)
      .addColumn("since", "bigint", required)
      .addPrimaryKeyConstraint("private_chats_pk", ["channel", "account", "chat", "thread_key"]),
    db.schema
      .createTable("read_marks")
      .addColumn("who", "text", required)
      .addColumn("device", "text", required)
      .addColumn("session_key", "text", required)
      .addColumn("session_id", "text", required)
      .addColumn("seq", "bigint", required)
      .addColumn("at", "bigint", required)
      .addPrimaryKeyConstraint("read_marks_pk", ["session_key", "who", "device"]),
  ],
};
