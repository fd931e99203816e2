import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Takes the next place in a conversation for an entry that is not on its path. */
export const countEntry = statement<{ session_id: string }>((db, p) =>
  db.updateTable("conversations").set((eb) => ({ entry_seq: eb("entry_seq", "+", sql.lit(1)) })).where("session_id", "=", p("session_id")),
);
