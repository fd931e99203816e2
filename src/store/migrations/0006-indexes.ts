import { sql } from "kysely";
import type { Migration } from "./migration.ts";

/** What keeps a request's cost at what it shows, however much is stored (law 8). */
export const indexes: Migration = {
  name: "0006-indexes",
  up: (db) => [
    // From the head of one address to the head of the next, whatever waits behind each of them.
    db.schema
      .createIndex("outbox_lanes")
      .on("outbox")
      .columns(["channel", "account", "chat"])
      .expression(sql`coalesce(thread, '')`)
      .column("id")
      .where(sql.ref("state"), "=", sql.lit("pending")),
    // What is shown of what was not sent, newest first, and whether something of a session waits for the owner.
    db.schema.createIndex("outbox_open").on("outbox").columns(["state", "id"]).where(sql.ref("state"), "!=", sql.lit("sent")),
    db.schema.createIndex("outbox_held").on("outbox").column("session_key").where(sql.ref("state"), "=", sql.lit("held")),
    // One agent's sessions: as they are listed, and as they are walked over.
    db.schema.createIndex("sessions_of_agent").on("sessions").columns(["agent_id", "updated_at", "key"]),
    db.schema.createIndex("sessions_of_agent_by_key").on("sessions").columns(["agent_id", "key"]),
    // A key that is typed in another case.
    db.schema.createIndex("sessions_by_folded_key").on("sessions").expression(sql`lower(key)`),
    db.schema.createIndex("agreements_agreed").on("agreements").columns(["created_at", "id"]).where(sql.ref("state"), "=", sql.lit("agreed")),
    db.schema.createIndex("approvals_by_time").on("approvals").columns(["approved_at", "sender_id"]),
  ],
};
