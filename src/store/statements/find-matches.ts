import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";
import { compiled } from "./search-rows.ts";

/** An entry that the index has found: `head` is the beginning of its text, `chars` how long all of it is. */
export type MatchRow = Pick<EntryRow, "session_key" | "session_id" | "seq" | "id" | "role" | "at" | "sender_name" | "person" | "channel"> & { doc: number; head: string; chars: number };

export interface MatchRange {
  /** The words as SQLite's FTS5 wants them. */
  fts: string;
  /** The same as PostgreSQL wants them, and with them the blocks that make up the range. */
  tsquery: string;
  /** Numbers from here, and up to but without the other. */
  first: number;
  end: number;
  limit: number;
  chars: number;
}

/**
 * The newest entries with some words within a range of numbers; what was set aside is left out. PostgreSQL's planner does not
 * know how often a word is said: it is to use the index in any case, and not to walk over everything from the newest on.
 */
export const findMatches = statement<MatchRange, MatchRow>((db, p, dialect) => {
  const found =
    dialect === "sqlite"
      ? sql`(select rowid as doc from search_words where search_words match ${p("fts")} and rowid >= ${p("first")} and rowid < ${p("end")} order by rowid desc limit cast(${p("limit")} as integer))`
      : sql`(with found as materialized (select doc from search_docs where words @@ cast(${p("tsquery")} as tsquery))
          select doc from found where doc >= ${p("first")} and doc < ${p("end")} order by doc desc limit ${p("limit")})`;
  return compiled(
    db,
    sql<MatchRow>`select d.doc, e.session_key, e.session_id, e.seq, e.id, e.role, e.at, e.sender_name, e.person, e.channel, substr(e.text, 1, cast(${p("chars")} as integer)) as head, length(e.text) as chars
      from ${found} as hits join search_docs as d on d.doc = hits.doc join entries as e on e.id = d.entry_id
      where not exists (select 1 from asides as a where a.entry_id = e.id)
      order by d.doc desc`,
  );
});
