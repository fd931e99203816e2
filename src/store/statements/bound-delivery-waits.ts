import { sql } from "kysely";
import { statement } from "../statement.ts";

/** What is due later than any pause explains is due now: the clock was set back while no gateway ran. */
export const boundDeliveryWaits = statement<{ now: number; latest: number }>((db, p) =>
  db
    .updateTable("outbox")
    .set({ due_at: p("now") })
    .where("state", "=", sql.lit("pending"))
    .where("due_at", ">", p("latest")),
);
