import { required, zero } from "./columns.ts";
import type { Migration } from "./migration.ts";

/** How a session queues, which of its waiting messages will not be answered by themselves, and what a day has used. */
export const queueAndBudgets: Migration = {
  name: "0004-queue-and-budgets",
  up: (db) => [
    db.schema.alterTable("sessions").addColumn("queue", "text"),
    // A reason on an item that still waits: the next turn writes it down. A gateway that does not know the column answers it.
    db.schema.alterTable("inbox").addColumn("dropped", "text"),
    db.schema
      .createTable("usage_days")
      .addColumn("day", "text", required)
      .addColumn("who", "text", required)
      .addColumn("session_key", "text", required)
      .addColumn("turns", "bigint", zero)
      .addColumn("tokens", "bigint", zero)
      .addColumn("cost", "bigint", zero)
      .addColumn("refused", "bigint", zero)
      .addPrimaryKeyConstraint("usage_days_pk", ["day", "who", "session_key"]),
    db.schema.createIndex("usage_days_by_session").on("usage_days").columns(["day", "session_key"]),
  ],
};
