import { statement } from "../statement.ts";
import type { KeyAliasRow } from "../tables.ts";

/** What an old key is called now. */
export const findKeyAlias = statement<{ from_key: string }, KeyAliasRow>((db, p) =>
  db.selectFrom("key_aliases").selectAll().where("from_key", "=", p("from_key")),
);
