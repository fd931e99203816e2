import { sql } from "kysely";
import { statement } from "../statement.ts";

/** A waiting item is not to be answered by itself; it stays until a turn has written it down. */
export const dropQueuedItem = statement<{ seq: number; reason: string }>((db, p) =>
  db
    .updateTable("inbox")
    .set({ dropped: p("reason") })
    .where("seq", "=", p("seq"))
    .where("state", "=", sql.lit("queued"))
    .where("dropped", "is", sql.lit(null)),
);
