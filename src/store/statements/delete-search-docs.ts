import { sql } from "kysely";
import { statement } from "../statement.ts";
import { compiled, jsonRows } from "./search-rows.ts";

/** Takes entries out of the index; `docs` is a JSON list of their numbers. */
export const deleteSearchDocs = statement<{ docs: string }>((db, p, dialect) =>
  compiled(db, sql<never>`delete from search_docs where doc in (select cast(value as bigint) from ${jsonRows(p("docs"), dialect)} as gone)`),
);
