import { statement } from "../statement.ts";

/** What an entry says from now on. */
export const rewriteEntry = statement<{ session_id: string; seq: number; text: string; meta: string | null }>((db, p) =>
  db.updateTable("entries").set({ text: p("text"), meta: p("meta") }).where("session_id", "=", p("session_id")).where("seq", "=", p("seq")),
);
