import { sql } from "kysely";
import { statement } from "../statement.ts";

/** The beginning of a conversation was summed up; how full the context is, the next answer says. */
export const markCompacted = statement<{ session_id: string; at: number }>((db, p) =>
  db
    .updateTable("conversations")
    .set((eb) => ({ compactions: eb("compactions", "+", sql.lit(1)), compacted_at: p("at"), usage: null }))
    .where("session_id", "=", p("session_id")),
);
