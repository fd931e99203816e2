import { sql, type Kysely } from "kysely";
import type { Tables } from "../tables.ts";
import type { Migration } from "./migration.ts";
import { primary, required, zero } from "./columns.ts";

/** What somebody changes or takes back on their platform is found by the platform's id of it, and told by a count. */
function amendColumns(db: Kysely<Tables>) {
  return [
    db.schema.alterTable("entries").addColumn("message_id", "text"),
    db.schema
      .createIndex("entries_by_message")
      .on("entries")
      .columns(["channel", "account", "chat", "message_id"])
      .where(sql.ref("message_id"), "is not", sql.lit(null)),
    db.schema.alterTable("conversations").addColumn("amends", "integer", zero),
  ];
}

/** What went wrong with a message that no turn could take, and the parts of a reply as they are being sent. */
function journeyTables(db: Kysely<Tables>) {
  return [
    db.schema
      .createTable("setbacks")
      .addColumn("item_id", "text", primary)
      .addColumn("tries", "integer", required)
      .addColumn("error", "text", required)
      .addColumn("at", "bigint", required),
    db.schema.createTable("rendered").addColumn("delivery_id", "text", primary).addColumn("parts", "text", required),
  ];
}

export const amends: Migration = {
  name: "0005-amends",
  up: (db) => [...amendColumns(db), ...journeyTables(db)],
};
