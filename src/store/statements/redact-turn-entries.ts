import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Nothing that somebody said in a turn, or sent with it, stands in a conversation any more, nor what it was answered. */
export const redactTurnEntries = statement<{ session_id: string; turn_id: string; channel: string; account: string; sender_id: string; text: string }>((db, p) =>
  db
    .updateTable("entries")
    .set((eb) => ({ text: p("text"), meta: eb.case().when("role", "=", sql.lit("user")).then(null).else(eb.ref("meta")).end() }))
    .where("session_id", "=", p("session_id"))
    .where("turn_id", "=", p("turn_id"))
    .where((eb) => eb.or([eb("role", "!=", sql.lit("user")), eb.and([eb("channel", "=", p("channel")), eb("account", "=", p("account")), eb("sender_id", "=", p("sender_id"))])])),
);
