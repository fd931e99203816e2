import { sql, type CreateTableBuilder, type Kysely } from "kysely";
import type { Tables } from "../tables.ts";
import { counter, primary, required, transport, zero } from "./columns.ts";
import type { DialectName } from "../statement.ts";
import type { Migration } from "./migration.ts";

function sender<T extends string, C extends string>(table: CreateTableBuilder<T, C>) {
  return table
    .addColumn("sender_id", "text", required)
    .addColumn("sender_name", "text")
    .addColumn("person", "text")
    .addColumn("audience", "text", required);
}

/** An index over the rows in one state: as small as what is in that state, whatever is stored (law 8). */
function open(db: Kysely<Tables>, name: string, table: string, columns: string[], state: string) {
  return db.schema.createIndex(name).on(table).columns(columns).where(sql.ref("state"), "=", sql.lit(state));
}

function sessionTables(db: Kysely<Tables>) {
  return [
    db.schema
      .createTable("sessions")
      .addColumn("key", "text", primary)
      .addColumn("agent_id", "text", required)
      .addColumn("session_id", "text", required)
      .addColumn("chat_kind", "text", required)
      .addColumn("channel", "text", required)
      .addColumn("display_name", "text")
      .addColumn("label", "text")
      .addColumn("audience", "text", required)
      .addColumn("created_at", "bigint", required)
      .addColumn("updated_at", "bigint", required)
      .addColumn("interaction_at", "bigint", required)
      .addColumn("model_override", "text")
      .addColumn("model_last", "text")
      .addColumn("last_route", "text"),
    db.schema.createIndex("sessions_by_update").on("sessions").columns(["updated_at", "key"]),
    db.schema
      .createTable("conversations")
      .addColumn("session_id", "text", primary)
      .addColumn("key", "text", required)
      .addColumn("began_at", "bigint", required)
      .addColumn("began_reason", "text", required)
      .addColumn("ended_at", "bigint")
      .addColumn("ended_reason", "text")
      .addColumn("entry_seq", "bigint", zero)
      .addColumn("leaf_id", "text")
      .addColumn("message_count", "bigint", zero)
      .addColumn("preview", "text")
      .addColumn("usage", "text"),
    db.schema.createIndex("conversations_by_key").on("conversations").columns(["key", "began_at"]),
    sender(transport(db.schema.createTable("entries")))
      .addColumn("session_id", "text", required)
      .addColumn("seq", "bigint", required)
      .addColumn("id", "text", required)
      .addColumn("session_key", "text", required)
      .addColumn("parent_id", "text")
      .addColumn("turn_id", "text")
      .addColumn("role", "text", required)
      .addColumn("text", "text", required)
      .addColumn("at", "bigint", required)
      .addColumn("model", "text")
      .addColumn("meta", "text")
      .addPrimaryKeyConstraint("entries_pk", ["session_id", "seq"]),
  ];
}

function inboxTable(db: Kysely<Tables>, dialect: DialectName) {
  return [
    sender(transport(counter(db.schema.createTable("inbox"), dialect)))
      .addColumn("id", "text", required)
      .addColumn("run_id", "text", required)
      .addColumn("agent_id", "text", required)
      .addColumn("session_key", "text", required)
      .addColumn("state", "text", required)
      .addColumn("turn_id", "text")
      .addColumn("message_id", "text")
      .addColumn("accepted_at", "bigint", required)
      .addColumn("message", "text", required)
      .addColumn("why", "text", required),
    // The idempotency key: one inbound id makes one item (law 2).
    db.schema.createIndex("inbox_once").unique().on("inbox").columns(["channel", "account", "chat", "message_id"]),
    // Clients name their runs: one name is one run, on whatever channel it was given.
    db.schema.createIndex("inbox_run").unique().on("inbox").column("run_id"),
    open(db, "inbox_queued", "inbox", ["session_key", "seq"], "queued"),
    open(db, "inbox_claimed", "inbox", ["turn_id", "seq"], "claimed"),
  ];
}

function turnTables(db: Kysely<Tables>) {
  return [
    transport(db.schema.createTable("turns"))
      .addColumn("id", "text", primary)
      .addColumn("run_id", "text", required)
      .addColumn("session_key", "text", required)
      .addColumn("session_id", "text", required)
      .addColumn("agent_id", "text", required)
      .addColumn("state", "text", required)
      .addColumn("attempt", "integer", required)
      .addColumn("holder", "text", required)
      .addColumn("fence", "integer", required)
      .addColumn("lease_until", "bigint", required)
      .addColumn("started_at", "bigint", required)
      .addColumn("ended_at", "bigint")
      .addColumn("audience", "text", required)
      .addColumn("reply_to", "text")
      .addColumn("draft", "text")
      .addColumn("error", "text"),
    // One session runs one turn at a time (law 3): the database refuses a second.
    db.schema
      .createIndex("turns_running")
      .unique()
      .on("turns")
      .column("session_key")
      .where(sql.ref("state"), "=", sql.lit("running")),
    transport(db.schema.createTable("outbox"))
      .addColumn("id", "text", primary)
      .addColumn("turn_id", "text")
      .addColumn("session_key", "text", required)
      .addColumn("audience", "text", required)
      .addColumn("reply_to", "text")
      .addColumn("text", "text", required)
      .addColumn("state", "text", required)
      .addColumn("attempts", "integer", zero)
      .addColumn("due_at", "bigint", required)
      .addColumn("sent_parts", "integer", zero)
      .addColumn("draft", "text")
      .addColumn("receipts", "text", (column) => column.notNull().defaultTo("[]"))
      .addColumn("error", "text")
      .addColumn("created_at", "bigint", required)
      .addColumn("settled_at", "bigint"),
    open(db, "outbox_pending", "outbox", ["id"], "pending"),
    open(db, "outbox_sending", "outbox", ["id"], "sending"),
    db.schema.createIndex("outbox_unsent").on("outbox").column("state").where(sql.ref("state"), "!=", sql.lit("sent")),
  ];
}

function smallTables(db: Kysely<Tables>, dialect: DialectName) {
  return [
    db.schema
      .createTable("drops")
      .addColumn("channel", "text", required)
      .addColumn("account", "text", required)
      .addColumn("chat", "text", required)
      .addColumn("sender_id", "text", required)
      .addColumn("sender_name", "text")
      .addColumn("reason", "text", required)
      .addColumn("count", "integer", required)
      .addColumn("first_at", "bigint", required)
      .addColumn("last_at", "bigint", required)
      .addColumn("notified", "integer", zero)
      .addPrimaryKeyConstraint("drops_pk", ["channel", "account", "chat", "sender_id", "reason"]),
    db.schema
      .createTable("cursors")
      .addColumn("channel", "text", required)
      .addColumn("account", "text", required)
      .addColumn("name", "text", required)
      .addColumn("value", "text", required)
      .addPrimaryKeyConstraint("cursors_pk", ["channel", "account", "name"]),
    counter(db.schema.createTable("events"), dialect)
      .addColumn("at", "bigint", required)
      .addColumn("kind", "text", required)
      .addColumn("session_key", "text")
      .addColumn("data", "text", required),
  ];
}

export const firstSchema: Migration = {
  name: "0001-first-schema",
  up: (db, dialect) => [...sessionTables(db), ...inboxTable(db, dialect), ...turnTables(db), ...smallTables(db, dialect)],
};
