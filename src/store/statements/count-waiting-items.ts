import { sql } from "kysely";
import { statement } from "../statement.ts";

/** How many messages of a session wait to be answered. */
export const countWaitingItems = statement<{ session_key: string }, { count: number }>((db, p) =>
  db
    .selectFrom("inbox")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("session_key", "=", p("session_key"))
    .where("state", "=", sql.lit("queued"))
    .where("dropped", "is", sql.lit(null)),
);
