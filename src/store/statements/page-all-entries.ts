import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";

/** Entries after a position, oldest first, also what was set aside. */
export const pageAllEntries = statement<{ session_id: string; after: number; limit: number }, EntryRow>((db, p) =>
  db
    .selectFrom("entries")
    .selectAll()
    .where("session_id", "=", p("session_id"))
    .where("seq", ">", p("after"))
    .orderBy("seq")
    .limit(p("limit")),
);
