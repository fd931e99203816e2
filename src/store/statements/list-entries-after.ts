import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";
import { onPath } from "./on-path.ts";

/** Entries after a position, oldest first; what was set aside is left out. */
export const listEntriesAfter = statement<{ session_id: string; after: number; limit: number }, EntryRow>((db, p) =>
  db
    .selectFrom("entries")
    .selectAll()
    .where("session_id", "=", p("session_id"))
    .where(onPath)
    .where("seq", ">", p("after"))
    .orderBy("seq")
    .limit(p("limit")),
);
