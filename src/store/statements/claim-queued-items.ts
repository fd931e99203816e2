import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Gives a session's waiting items up to `through` to a turn. */
export const claimQueuedItems = statement<{ session_key: string; through: number; turn_id: string }>((db, p) =>
  db
    .updateTable("inbox")
    .set({ state: sql.lit("claimed"), turn_id: p("turn_id") })
    .where("session_key", "=", p("session_key"))
    .where("state", "=", sql.lit("queued"))
    .where("dropped", "is", sql.lit(null))
    .where("seq", "<=", p("through")),
);
