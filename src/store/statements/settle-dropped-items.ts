import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Ends a session's dropped items up to `through`: a turn has written them down. */
export const settleDroppedItems = statement<{ session_key: string; through: number; turn_id: string }>((db, p) =>
  db
    .updateTable("inbox")
    .set({ state: sql.lit("dropped"), turn_id: p("turn_id") })
    .where("session_key", "=", p("session_key"))
    .where("state", "=", sql.lit("queued"))
    .where("dropped", "is not", sql.lit(null))
    .where("seq", "<=", p("through")),
);
