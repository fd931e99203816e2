import { sql } from "kysely";
import { statement } from "../statement.ts";

/** A dropped item of a sender that no turn has written down yet: they have been told. */
export const findToldItem = statement<{ session_key: string; channel: string; account: string; chat: string; sender_id: string }, { seq: number }>((db, p) =>
  db
    .selectFrom("inbox")
    .select("seq")
    .where("session_key", "=", p("session_key"))
    .where("state", "=", sql.lit("queued"))
    .where("dropped", "is not", sql.lit(null))
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where("sender_id", "=", p("sender_id"))
    .limit(1),
);
