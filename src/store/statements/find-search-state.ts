import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { SearchStateRow } from "../tables.ts";

/** How far the index of what was said has come; `waiting` is 1 where something is noted that it has not seen. */
export const findSearchState = statement<object, SearchStateRow & { waiting: number }>((db) =>
  db
    .selectFrom("search_state")
    .selectAll()
    .select(sql<number>`case when exists (select 1 from search_queue) then 1 else 0 end`.as("waiting"))
    .where("id", "=", sql.lit(1)),
);
