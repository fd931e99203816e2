import { sql } from "kysely";
import { statement } from "../statement.ts";

/** How many accepted messages wait and how many are being answered. */
export const countOpenItems = statement<object, { state: string; count: number }>((db) =>
  db
    .selectFrom("inbox")
    .select(["state", (eb) => eb.fn.countAll<number>().as("count")])
    .where("state", "=", sql.lit("queued"))
    .groupBy("state")
    .unionAll(
      db
        .selectFrom("inbox")
        .select(["state", (eb) => eb.fn.countAll<number>().as("count")])
        .where("state", "=", sql.lit("claimed"))
        .groupBy("state"),
    ),
);
