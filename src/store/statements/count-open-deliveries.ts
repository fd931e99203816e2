import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Deliveries by state, those that arrived left out. */
export const countOpenDeliveries = statement<object, { state: string; count: number }>((db) =>
  db
    .selectFrom("outbox")
    .select(["state", (eb) => eb.fn.countAll<number>().as("count")])
    .where("state", "!=", sql.lit("sent"))
    .groupBy("state"),
);
