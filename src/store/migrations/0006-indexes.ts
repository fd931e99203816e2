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
  ],
};
