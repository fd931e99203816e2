import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Deliveries that were under way when their gateway died, on one channel or (null) on all: one ambiguous window, labelled (law 2). */
export const settleInterruptedDeliveries = statement<{ channel: string | null; state: string; error: string | null }>((db, p) =>
  db
    .updateTable("outbox")
    .set({ state: p("state"), error: p("error") })
    .where("state", "=", sql.lit("sending"))
    .where("channel", "=", (eb) => eb.fn.coalesce(eb.cast<string>(eb.val(p("channel")), "text"), "channel")),
);
