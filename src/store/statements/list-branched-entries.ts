import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";

/** The newest entries before a position, newest first, with those that were set aside and what did it. */
export const listBranchedEntries = statement<{ session_id: string; before: number; limit: number }, EntryRow & { branch: string | null }>((db, p) =>
  db
    .selectFrom("entries")
    .leftJoin("asides", "asides.entry_id", "entries.id")
    .selectAll("entries")
    .select("asides.branch")
    .where("entries.session_id", "=", p("session_id"))
    .where("entries.seq", "<", p("before"))
    .orderBy("entries.seq", "desc")
    .limit(p("limit")),
);
