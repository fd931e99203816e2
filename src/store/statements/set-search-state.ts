import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { SearchStateRow } from "../tables.ts";

/** Keeps how far the index has come. */
export const setSearchState = statement<Omit<SearchStateRow, "id">>((db, p) =>
  db.updateTable("search_state").set({
    version: p("version"),
    noting: p("noting"),
    filled_to: p("filled_to"),
    filled_at: p("filled_at"),
    next_doc: p("next_doc"),
    first_doc: p("first_doc"),
  }).where("id", "=", sql.lit(1)),
);
