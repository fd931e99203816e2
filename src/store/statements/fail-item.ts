import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Gives an accepted message up: no turn takes it any more. */
export const failItem = statement<{ seq: number }>((db, p) =>
  db.updateTable("inbox").set({ state: sql.lit("failed") }).where("seq", "=", p("seq")).where("state", "in", [sql.lit("queued"), sql.lit("claimed")]),
);
