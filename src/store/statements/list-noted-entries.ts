import { sql } from "kysely";
import { statement } from "../statement.ts";
import { compiled, jsonRows, type UnindexedRow } from "./search-rows.ts";

/** The entries with these ids (a JSON list), with the numbers that they have in the index; of a long text its beginning. */
export const listNotedEntries = statement<{ ids: string; chars: number }, UnindexedRow>((db, p, dialect) =>
  compiled(
    db,
    sql<UnindexedRow>`select noted.value as entry_id, d.doc, d.version, e.session_key, e.role, substr(e.text, 1, cast(${p("chars")} as integer)) as text, e.at
      from ${jsonRows(p("ids"), dialect)} as noted left join entries as e on e.id = noted.value left join search_docs as d on d.entry_id = noted.value`,
  ),
);
