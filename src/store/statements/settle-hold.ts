import { statement } from "../statement.ts";

/** The owner has looked at it. */
export const settleHold = statement<{ delivery_id: string; released_at: number }>((db, p) =>
  db.updateTable("holds").set({ released_at: p("released_at") }).where("delivery_id", "=", p("delivery_id")),
);
