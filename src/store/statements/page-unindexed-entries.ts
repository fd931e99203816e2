import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { UnindexedRow } from "./search-rows.ts";

/** Entries before an id, newest first, with the numbers that they have in the index; of a long text its beginning. */
export const pageUnindexedEntries = statement<{ before: string; limit: number; chars: number }, UnindexedRow>((db, p) =>
  db
    .selectFrom("entries")
    .leftJoin("search_docs", "search_docs.entry_id", "entries.id")
    .select(["entries.id as entry_id", "search_docs.doc", "search_docs.version", "entries.session_key", "entries.role", "entries.at"])
    .select(sql<string>`substr(entries.text, 1, cast(${p("chars")} as integer))`.as("text"))
    .where("entries.id", "<", p("before"))
    .orderBy("entries.id", "desc")
    .limit(p("limit")),
);
