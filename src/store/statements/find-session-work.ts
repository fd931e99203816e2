import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Something that is under way in a session: a turn, a message that waits for one, a reply that is not sent. */
export const findSessionWork = statement<{ session_key: string }, { what: string }>((db, p) => {
  const items = (state: "queued" | "claimed") =>
    db.selectFrom("inbox").select(sql<string>`'item'`.as("what")).where("session_key", "=", p("session_key")).where("state", "=", sql.lit(state));
  const deliveries = (state: "pending" | "sending" | "held") =>
    db.selectFrom("outbox").select(sql<string>`'delivery'`.as("what")).where("session_key", "=", p("session_key")).where("state", "=", sql.lit(state));
  return db
    .selectFrom("turns")
    .select(sql<string>`'turn'`.as("what"))
    .where("session_key", "=", p("session_key"))
    .where("state", "=", sql.lit("running"))
    .unionAll(items("queued"))
    .unionAll(items("claimed"))
    .unionAll(deliveries("pending"))
    .unionAll(deliveries("sending"))
    .unionAll(deliveries("held"))
    .limit(1);
});
