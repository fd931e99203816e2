import { statement } from "../statement.ts";
import type { KeyAliasRow } from "../tables.ts";

/** What a key is called now. */
export const putKeyAlias = statement<KeyAliasRow>((db, p) =>
  db
    .insertInto("key_aliases")
    .values({ from_key: p("from_key"), to_key: p("to_key"), change_id: p("change_id") })
    .onConflict((conflict) => conflict.column("from_key").doUpdateSet({ to_key: p("to_key"), change_id: p("change_id") })),
);
