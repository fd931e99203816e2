import { statement } from "../statement.ts";

/** Lets a held delivery go; an empty reason says that the owner has looked at it. */
export const releaseDelivery = statement<{ id: string; due_at: number }>((db, p) =>
  db.updateTable("outbox").set({ state: "pending", held: "", due_at: p("due_at") }).where("id", "=", p("id")).where("state", "=", "held"),
);
