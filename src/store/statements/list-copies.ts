import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";

/** An entry with its copies in forks: their ids begin with its own. */
export const listCopies = statement<{ from: string; before: string }, Pick<EntryRow, "session_id">>((db, p) =>
  db.selectFrom("entries").select("session_id").where("id", ">=", p("from")).where("id", "<", p("before")),
);
