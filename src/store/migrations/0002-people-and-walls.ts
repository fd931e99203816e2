import { sql, type ColumnDefinitionBuilder, type Kysely } from "kysely";
import type { Tables } from "../tables.ts";
import type { DialectName } from "../statement.ts";
import type { Migration } from "./migration.ts";
import { counter, primary, required, transport, zero } from "./columns.ts";

const empty = (column: ColumnDefinitionBuilder) => column.notNull().defaultTo("");

/** Who somebody is: persons, their accounts on the channels, and how each was proved. */
function peopleTables(db: Kysely<Tables>) {
  return [
    db.schema
      .createTable("people")
      .addColumn("id", "text", primary)
      .addColumn("name", "text", required)
      .addColumn("name_key", "text", (column) => column.notNull().unique())
      .addColumn("role", "text", required)
      .addColumn("created_at", "bigint", required),
    db.schema
      .createTable("identities")
      .addColumn("channel", "text", required)
      .addColumn("account", "text", required)
      .addColumn("peer", "text", required)
      .addColumn("person_id", "text", required)
      .addColumn("display_name", "text")
      .addColumn("proved_by", "text", required)
      .addColumn("proved_at", "bigint", required)
      .addPrimaryKeyConstraint("identities_pk", ["channel", "account", "peer"]),
    db.schema.createIndex("identities_by_person").on("identities").column("person_id"),
    db.schema
      .createTable("peer_aliases")
      .addColumn("channel", "text", required)
      .addColumn("alias", "text", required)
      .addColumn("peer", "text", required)
      .addColumn("learned_at", "bigint", required)
      .addPrimaryKeyConstraint("peer_aliases_pk", ["channel", "alias"]),
    db.schema.createIndex("peer_aliases_by_peer").on("peer_aliases").columns(["channel", "peer"]),
  ];
}

/** Who was let in, who asks to be, and who is about to be linked with whom. */
function doorTables(db: Kysely<Tables>) {
  return [
    db.schema
      .createTable("approvals")
      .addColumn("channel", "text", required)
      .addColumn("account", "text", required)
      .addColumn("sender_id", "text", required)
      .addColumn("surface", "text", required)
      .addColumn("approved_at", "bigint", required)
      .addColumn("approved_by", "text", required)
      .addPrimaryKeyConstraint("approvals_pk", ["channel", "account", "sender_id", "surface"]),
    db.schema
      .createTable("pairings")
      .addColumn("channel", "text", required)
      .addColumn("account", "text", required)
      .addColumn("sender_id", "text", required)
      .addColumn("surface", "text", required)
      .addColumn("code", "text", required)
      .addColumn("sender_name", "text")
      .addColumn("chat", "text", required)
      .addColumn("state", "text", required)
      .addColumn("notified", "integer", zero)
      .addColumn("created_at", "bigint", required)
      .addColumn("expires_at", "bigint", required)
      .addPrimaryKeyConstraint("pairings_pk", ["channel", "account", "sender_id", "surface"]),
    db.schema.createIndex("pairings_open").on("pairings").columns(["channel", "expires_at"]).where(sql.ref("state"), "=", sql.lit("pending")),
    db.schema
      .createTable("agreements")
      .addColumn("id", "text", primary)
      .addColumn("kind", "text", required)
      .addColumn("code", "text", required)
      .addColumn("state", "text", required)
      .addColumn("issuer_ref", "text", required)
      .addColumn("issuer", "text", required)
      .addColumn("redeemer_ref", "text")
      .addColumn("redeemer", "text")
      .addColumn("issuer_consent", "integer", zero)
      .addColumn("redeemer_consent", "integer", zero)
      .addColumn("created_at", "bigint", required)
      .addColumn("expires_at", "bigint", required),
    db.schema.createIndex("agreements_by_code").unique().on("agreements").column("code"),
    db.schema.createIndex("agreements_by_issuer").on("agreements").columns(["issuer_ref", "state"]),
    db.schema.createIndex("agreements_by_redeemer").on("agreements").columns(["redeemer_ref", "state"]),
    db.schema
      .createTable("tries")
      .addColumn("ref", "text", required)
      .addColumn("what", "text", required)
      .addColumn("since", "bigint", required)
      .addColumn("count", "integer", required)
      .addPrimaryKeyConstraint("tries_pk", ["ref", "what"]),
  ];
}

/** Who spoke where: what the maps, the audit and a change of the settings are read from. */
function sessionTables(db: Kysely<Tables>, dialect: DialectName) {
  return [
    transport(db.schema.createTable("participants").addColumn("session_key", "text", required))
      .addColumn("sender_id", "text", required)
      .addColumn("sender_name", "text")
      .addColumn("chat_kind", "text", required)
      .addColumn("explicit", "integer", zero)
      .addColumn("place", "text")
      .addColumn("messages", "bigint", zero)
      .addColumn("first_at", "bigint", required)
      .addColumn("last_at", "bigint", required)
      .addColumn("canary", "text")
      .addColumn("thread_key", "text", empty)
      .addPrimaryKeyConstraint("participants_pk", ["session_key", "channel", "account", "chat", "thread_key", "sender_id"]),
    db.schema.createIndex("participants_by_sender").on("participants").columns(["channel", "sender_id"]),
    db.schema.createIndex("participants_by_canary").on("participants").column("canary").where(sql.ref("canary"), "is not", sql.lit(null)),
    transport(counter(db.schema.createTable("overheard"), dialect))
      .addColumn("sender_id", "text", required)
      .addColumn("sender_name", "text")
      .addColumn("message_id", "text")
      .addColumn("text", "text", required)
      .addColumn("at", "bigint", required)
      .addColumn("thread_key", "text", empty),
    db.schema.createIndex("overheard_by_room").on("overheard").columns(["channel", "account", "chat", "thread_key", "seq"]),
    db.schema.createIndex("overheard_once").unique().on("overheard").columns(["channel", "account", "chat", "message_id"]),
    db.schema.createTable("key_aliases").addColumn("from_key", "text", primary).addColumn("to_key", "text", required).addColumn("change_id", "text", required),
    db.schema.createIndex("key_aliases_to").on("key_aliases").column("to_key"),
    db.schema.alterTable("sessions").addColumn("dock", "text"),
    db.schema.alterTable("outbox").addColumn("peer", "text", empty),
    db.schema
      .createTable("holds")
      .addColumn("delivery_id", "text", primary)
      .addColumn("reason", "text", required)
      .addColumn("since", "bigint", required)
      .addColumn("released_at", "bigint"),
    // What `why` looks up by its own name.
    db.schema.createIndex("inbox_by_id").on("inbox").column("id"),
    db.schema.createIndex("inbox_by_message").on("inbox").column("message_id"),
    db.schema.createIndex("outbox_by_turn").on("outbox").column("turn_id"),
  ];
}

/** What was changed, from what, and everything that is needed to take it back. */
function changeTables(db: Kysely<Tables>) {
  return [
    db.schema.createTable("in_force").addColumn("name", "text", primary).addColumn("value", "text", required).addColumn("since", "bigint", required),
    db.schema
      .createTable("changes")
      .addColumn("id", "text", primary)
      .addColumn("cause", "text", required)
      .addColumn("state", "text", required)
      .addColumn("mode", "text", required)
      .addColumn("at", "bigint", required)
      .addColumn("before", "text", required)
      .addColumn("after", "text", required)
      .addColumn("summary", "text", required)
      .addColumn("settled_at", "bigint"),
    db.schema.createIndex("changes_open").on("changes").columns(["state", "id"]),
    db.schema
      .createTable("change_steps")
      .addColumn("change_id", "text", required)
      .addColumn("number", "integer", required)
      .addColumn("session_key", "text", required)
      .addColumn("state", "text", required)
      .addColumn("undo", "text")
      .addPrimaryKeyConstraint("change_steps_pk", ["change_id", "number"]),
    db.schema
      .createTable("moved_entries")
      .addColumn("change_id", "text", required)
      .addColumn("number", "integer", required)
      .addColumn("entry_id", "text", required)
      .addColumn("session_id", "text", required)
      .addColumn("seq", "bigint", required)
      .addColumn("session_key", "text", required)
      .addColumn("parent_id", "text")
      .addColumn("person", "text")
      .addColumn("audience", "text", required)
      .addPrimaryKeyConstraint("moved_entries_pk", ["change_id", "number", "entry_id"]),
    db.schema.createIndex("entries_by_id").on("entries").column("id"),
  ];
}

/** Those who spoke before there was a table of them. */
function firstParticipants(db: Kysely<Tables>) {
  return db
    .insertInto("participants")
    .columns(["session_key", "channel", "account", "chat", "thread", "thread_key", "sender_id", "sender_name", "chat_kind", "explicit", "messages", "first_at", "last_at"])
    .expression(
      db
        .selectFrom("entries")
        .where("role", "=", sql.lit("user"))
        .groupBy(["session_key", "channel", "account", "chat", "thread", "sender_id"])
        .select((eb) => [
          "session_key",
          "channel",
          "account",
          "chat",
          "thread",
          eb.fn.coalesce("thread", sql.lit("")).as("thread_key"),
          "sender_id",
          eb.fn.max("sender_name").as("sender_name"),
          sql<string>`case when min(audience) like 'chat:%' then (case when session_key like '%:channel:%' then 'channel' else 'group' end) else 'dm' end`.as("chat_kind"),
          sql<number>`case when channel in ('webchat', 'terminal') then 1 else 0 end`.as("explicit"),
          eb.fn.countAll<number>().as("messages"),
          eb.fn.min("at").as("first_at"),
          eb.fn.max("at").as("last_at"),
        ]),
    );
}

export const peopleAndWalls: Migration = {
  name: "0002-people-and-walls",
  up: (db, dialect) => [...peopleTables(db), ...doorTables(db), ...sessionTables(db, dialect), ...changeTables(db), firstParticipants(db)],
};
