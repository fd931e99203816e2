import { statement } from "../statement.ts";

/** Lets a held delivery go. */
export const releaseDelivery = statement<{ id: string; due_at: number }>((db, p) =>
  db.updateTable("outbox").set({ state: "pending", due_at: p("due_at") }).where("id", "=", p("id")).where("state", "=", "held"),
);
