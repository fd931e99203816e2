import type { Migration } from "./migration.ts";
import { required } from "./columns.ts";

/** What was sent with messages: what is kept of it, what uses it, and its bytes where the database holds them. */
export const media: Migration = {
  name: "0013-media",
  up: (db, dialect) => [
    db.schema
      .createTable("media")
      .addColumn("hash", "text", (column) => column.notNull().primaryKey())
      .addColumn("type", "text", required)
      .addColumn("size", "bigint", required)
      .addColumn("first_at", "bigint", required)
      .addColumn("last_at", "bigint", required),
    db.schema
      .createTable("media_uses")
      .addColumn("kind", "text", required)
      .addColumn("id", "text", required)
      .addColumn("hash", "text", required)
      .addPrimaryKeyConstraint("media_uses_pk", ["kind", "id", "hash"]),
    db.schema.createIndex("media_uses_by_hash").on("media_uses").column("hash"),
    db.schema
      .createTable("media_chunks")
      .addColumn("hash", "text", required)
      .addColumn("number", "bigint", required)
      .addColumn("at", "bigint", required)
      .addColumn("content", dialect === "sqlite" ? "blob" : "bytea", required)
      .addPrimaryKeyConstraint("media_chunks_pk", ["hash", "number"]),
  ],
};
