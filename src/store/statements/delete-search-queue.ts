import { sql } from "kysely";
import { statement } from "../statement.ts";
import { compiled, jsonRows } from "./search-rows.ts";

/** Forgets notes that the index has seen; `seqs` is a JSON list. */
export const deleteSearchQueue = statement<{ seqs: string }>((db, p, dialect) =>
  compiled(db, sql<never>`delete from search_queue where seq in (select cast(value as bigint) from ${jsonRows(p("seqs"), dialect)} as noted)`),
);
