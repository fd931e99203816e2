import { statement } from "../statement.ts";

/** Removes the entries of a conversation up to one of them, which are elsewhere by then. */
export const deleteEntriesThrough = statement<{ session_id: string; through: number }>((db, p) =>
  db.deleteFrom("entries").where("session_id", "=", p("session_id")).where("seq", "<=", p("through")),
);
