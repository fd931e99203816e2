import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Nothing that was said, or sent with it, in a turn stands in a conversation any more. */
export const redactTurnEntries = statement<{ session_id: string; turn_id: string; text: string }>((db, p) =>
  db.updateTable("entries").set((eb) => ({ text: p("text"), meta: eb.case().when("role", "=", sql.lit("user")).then(null).else(eb.ref("meta")).end() })).where("session_id", "=", p("session_id")).where("turn_id", "=", p("turn_id")),
);
