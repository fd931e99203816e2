import type { Migration } from "./migration.ts";

/** How a session queues, and which of its waiting messages will not be answered by themselves. */
export const queueAndBudgets: Migration = {
  name: "0004-queue-and-budgets",
  up: (db) => [
    db.schema.alterTable("sessions").addColumn("queue", "text"),
    // A reason on an item that still waits: the next turn writes it down. A gateway that does not know the column answers it.
    db.schema.alterTable("inbox").addColumn("dropped", "text"),
  ],
};
