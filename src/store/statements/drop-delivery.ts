import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Ends a delivery that waits for the owner: it is not sent, or not again. */
export const dropDelivery = statement<{ id: string; settled_at: number }>((db, p) =>
  db
    .updateTable("outbox")
    .set({ state: "failed", error: "dropped by the owner", settled_at: p("settled_at") })
    .where("id", "=", p("id"))
    .where("state", "in", [sql.lit("held"), sql.lit("unknown")]),
);
