import { statement } from "../statement.ts";
import type { KeyAliasRow } from "../tables.ts";

/** All old keys, a page at a time. */
export const listKeyAliases = statement<{ after: string; limit: number }, KeyAliasRow>((db, p) =>
  db.selectFrom("key_aliases").selectAll().where("from_key", ">", p("after")).orderBy("from_key").limit(p("limit")),
);
