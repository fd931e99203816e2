import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Lets a delivery go that waits for the owner: held, or under way when a gateway died. That one goes on as an attempt after its first. */
export const releaseDelivery = statement<{ id: string; due_at: number }>((db, p) =>
  db
    .updateTable("outbox")
    .set((eb) => ({ state: sql.lit("pending"), due_at: p("due_at"), error: null, attempts: eb.case().when("attempts", ">", 0).then(1).else(0).end() }))
    .where("id", "=", p("id"))
    .where("state", "in", [sql.lit("held"), sql.lit("unknown")]),
);
