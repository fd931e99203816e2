import { statement } from "../statement.ts";

/** Nothing that was said in a turn stands in a conversation any more. */
export const redactTurnEntries = statement<{ session_id: string; turn_id: string; text: string }>((db, p) =>
  db.updateTable("entries").set({ text: p("text") }).where("session_id", "=", p("session_id")).where("turn_id", "=", p("turn_id")),
);
