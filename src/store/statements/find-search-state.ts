import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { SearchStateRow } from "../tables.ts";

/** How far the index of what was said has come. */
export const findSearchState = statement<object, SearchStateRow>((db) => db.selectFrom("search_state").selectAll().where("id", "=", sql.lit(1)));
