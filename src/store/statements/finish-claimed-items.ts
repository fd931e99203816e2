import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Ends the items of a turn. */
export const finishClaimedItems = statement<{ turn_id: string }>((db, p) =>
  db
    .updateTable("inbox")
    .set({ state: sql.lit("done") })
    .where("state", "=", sql.lit("claimed"))
    .where("turn_id", "=", p("turn_id")),
);
