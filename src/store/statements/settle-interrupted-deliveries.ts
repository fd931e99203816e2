import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Deliveries that were under way when their gateway died: one ambiguous window, labelled (law 2). */
export const settleInterruptedDeliveries = statement<{ state: string; error: string | null }>((db, p) =>
  db
    .updateTable("outbox")
    .set({ state: p("state"), error: p("error") })
    .where("state", "=", sql.lit("sending")),
);
