import type { ExpressionBuilder } from "kysely";
import type { Tables } from "../tables.ts";

/** True of entries that models and readers are shown: not of what a rewind or an edit set aside. */
export function onPath(eb: ExpressionBuilder<Tables, "entries">) {
  return eb.not(eb.exists(eb.selectFrom("asides").select("asides.entry_id").whereRef("asides.entry_id", "=", "entries.id")));
}
