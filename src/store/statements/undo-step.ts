import { statement } from "../statement.ts";

/** A step was taken back. */
export const undoStep = statement<{ id: string; undone_at: number }>((db, p) =>
  db.updateTable("steps").set({ undone_at: p("undone_at") }).where("id", "=", p("id")),
);
