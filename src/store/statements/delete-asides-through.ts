import { statement } from "../statement.ts";

/** What is beside the path of a conversation up to one of its entries: before these go. */
export const deleteAsidesThrough = statement<{ session_id: string; through: number }>((db, p) =>
  db.deleteFrom("asides").where("entry_id", "in", db.selectFrom("entries").select("entries.id").where("session_id", "=", p("session_id")).where("seq", "<=", p("through"))),
);
