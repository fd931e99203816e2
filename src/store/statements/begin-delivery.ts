import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Says that a platform call is about to be made; 0 rows when it is no longer waiting. */
export const beginDelivery = statement<{ id: string; attempts: number }>((db, p) =>
  db
    .updateTable("outbox")
    .set({ state: sql.lit("sending"), attempts: p("attempts") })
    .where("id", "=", p("id"))
    .where("state", "=", sql.lit("pending")),
);
