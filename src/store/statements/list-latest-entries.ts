import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";
import { onPath } from "./on-path.ts";

/** The newest entries before a position, newest first; what was set aside is left out. */
export const listLatestEntries = statement<{ session_id: string; before: number; limit: number }, EntryRow>((db, p) =>
  db
    .selectFrom("entries")
    .selectAll()
    .where("session_id", "=", p("session_id"))
    .where(onPath)
    .where("seq", "<", p("before"))
    .orderBy("seq", "desc")
    .limit(p("limit")),
);
