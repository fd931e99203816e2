import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Ends a waiting message that its sender took back; 0 rows once a turn has it. */
export const withdrawItem = statement<{ seq: number }>((db, p) =>
  db.updateTable("inbox").set({ state: sql.lit("withdrawn") }).where("seq", "=", p("seq")).where("state", "=", sql.lit("queued")),
);
