import { statement } from "../statement.ts";

/** What a line of the ledger says from now on, when it has to stop naming somebody. */
export const rewriteEvent = statement<{ seq: number; session_key: string | null; data: string }>((db, p) =>
  db.updateTable("events").set({ session_key: p("session_key"), data: p("data") }).where("seq", "=", p("seq")),
);
