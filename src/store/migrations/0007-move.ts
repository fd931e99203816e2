import type { Migration } from "./migration.ts";
import { primary, required } from "./columns.ts";

/** What a database is in a move to another one; no row while it has nothing to do with any. */
export const move: Migration = {
  name: "0007-move",
  up: (db) => [
    db.schema
      .createTable("moves")
      .addColumn("id", "text", primary)
      .addColumn("role", "text", required)
      .addColumn("state", "text", required)
      .addColumn("peer", "text", required)
      .addColumn("table_name", "text")
      .addColumn("after_key", "text")
      .addColumn("rows", "bigint", required)
      .addColumn("at", "bigint", required)
      .addColumn("updated_at", "bigint", required),
  ],
};
