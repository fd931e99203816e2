import { sql } from "kysely";
import { statement } from "../statement.ts";
import { compiled } from "./search-rows.ts";

/**
 * Indexes entries, or indexes them anew. `docs` is a JSON list of `{doc, entry, words, blocks}`: the words in their order, with
 * a space between; `blocks` stands for the ranges of numbers that `doc` lies in, where an index cannot be read from one number
 * to another.
 */
export const putSearchDocs = statement<{ docs: string; version: number }>((db, p, dialect) =>
  compiled(
    db,
    dialect === "sqlite"
      ? sql<never>`insert into search_index (doc, entry_id, version, words)
          select value ->> 'doc', value ->> 'entry', ${p("version")}, value ->> 'words' from json_each(${p("docs")})`
      : sql<never>`insert into search_docs (doc, entry_id, version, words)
          select given.doc, given.entry, cast(${p("version")} as integer),
            (select cast(string_agg(concat('''', word, ''':', least(place, 16383)), ' ') as tsvector) from unnest(string_to_array(given.words, ' ')) with ordinality as listed(word, place))
              || array_to_tsvector(string_to_array(given.blocks, ' '))
          from json_to_recordset(cast(${p("docs")} as json)) as given(doc bigint, entry text, words text, blocks text)
          on conflict (doc) do update set version = excluded.version, words = excluded.words`,
  ),
);
