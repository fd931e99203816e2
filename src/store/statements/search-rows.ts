import { sql, type Kysely } from "kysely";
import type { DialectName } from "../statement.ts";
import type { Tables } from "../tables.ts";

/** A JSON list that is given as one value, as rows of one column `value`: a statement takes as many as there are. */
export function jsonRows(json: string, dialect: DialectName) {
  return dialect === "sqlite" ? sql`(select value from json_each(${json}))` : sql`(select value from json_array_elements_text(cast(${json} as json)) as listed(value))`;
}

/** Raw SQL as a statement wants it. */
export function compiled<R>(db: Kysely<Tables>, text: ReturnType<typeof sql<R>>) {
  return { compile: () => text.compile(db) };
}

/** What the index needs of an entry: null beside its id where there is none any more, or no number yet. */
export interface UnindexedRow {
  entry_id: string;
  doc: number | null;
  version: number | null;
  session_key: string | null;
  role: string | null;
  text: string | null;
  at: number | null;
}
