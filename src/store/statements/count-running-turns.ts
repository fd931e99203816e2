import { sql } from "kysely";
import { statement } from "../statement.ts";

/** How many turns have begun and not ended, by whichever gateway. */
export const countRunningTurns = statement<object, { count: number }>((db) =>
  db
    .selectFrom("turns")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("state", "=", sql.lit("running")),
);
