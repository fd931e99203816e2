import { statement } from "../statement.ts";

/** What an entry says. */
export const findEntryText = statement<{ id: string }, { text: string }>((db, p) =>
  db.selectFrom("entries").select("text").where("id", "=", p("id")),
);
