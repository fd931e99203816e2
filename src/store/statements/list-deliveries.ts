import { sql, type Kysely } from "kysely";
import { statement } from "../statement.ts";
import type { OutboxRow, Tables } from "../tables.ts";

/** Deliveries; the error of one that waits for the owner is why. */
export function selectDeliveries(db: Kysely<Tables>) {
  return db
    .selectFrom("outbox")
    .leftJoin("holds", "holds.delivery_id", "outbox.id")
    .selectAll("outbox")
    .select((eb) => eb.case().when("outbox.state", "=", sql.lit("held")).then(eb.ref("holds.reason")).else(eb.ref("outbox.error")).end().as("error"));
}

/** Deliveries in one state, newest first; those that arrived are never listed. */
export const listDeliveries = statement<{ state: string; limit: number }, OutboxRow>(
  (db, p) => selectDeliveries(db).where("outbox.state", "=", p("state")).where("outbox.state", "!=", sql.lit("sent")).orderBy("outbox.id", "desc").limit(p("limit")) as never,
);
