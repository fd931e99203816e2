import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Puts a delivery that is under way back, to be tried at `due_at`, or ends it as failed. */
export const postponeDelivery = statement<{ id: string; state: string; due_at: number; error: string; settled_at: number | null }>(
  (db, p) =>
    db
      .updateTable("outbox")
      .set({ state: p("state"), due_at: p("due_at"), error: p("error"), settled_at: p("settled_at") })
      .where("id", "=", p("id"))
      .where("state", "=", sql.lit("sending")),
);
