import { sql } from "kysely";
import type { Migration } from "./migration.ts";
import { primary, required, zero } from "./columns.ts";

/** What was removed and can be restored, and how much each conversation keeps. */
export const trash: Migration = {
  name: "0008-trash",
  up: (db) => [
    db.schema
      .createTable("trash")
      .addColumn("id", "text", primary)
      .addColumn("session_key", "text", required)
      .addColumn("agent_id", "text", required)
      .addColumn("reason", "text", required)
      .addColumn("state", "text", required)
      .addColumn("at", "bigint", required)
      .addColumn("entries", "bigint", zero)
      .addColumn("parts", "bigint", zero)
      .addColumn("bytes", "bigint", zero)
      .addColumn("session", "text", required),
    db.schema.createIndex("trash_of_agent").on("trash").columns(["agent_id", "id"]),
    db.schema.createIndex("trash_by_key").on("trash").columns(["session_key", "id"]),
    // What was begun and has to be ended: nothing, as a rule.
    db.schema
      .createIndex("trash_under_way")
      .on("trash")
      .column("id")
      .where(sql.ref("state"), "in", [sql.lit("moving"), sql.lit("restoring"), sql.lit("purging")]),
    db.schema
      .createTable("trash_parts")
      .addColumn("trash_id", "text", required)
      .addColumn("number", "bigint", required)
      .addColumn("kind", "text", required)
      .addColumn("session_id", "text", required)
      .addColumn("open", "integer", zero)
      .addColumn("content", "text", required)
      .addPrimaryKeyConstraint("trash_parts_pk", ["trash_id", "number"]),
    db.schema
      .createTable("sizes")
      .addColumn("session_id", "text", primary)
      .addColumn("bytes", "bigint", required)
      .addColumn("through_seq", "bigint", required),
    // Whether something of a session waits to be sent.
    db.schema.createIndex("outbox_owed").on("outbox").column("session_key").where(sql.ref("state"), "=", sql.lit("pending")),
  ],
};
