import { statement } from "../statement.ts";
import type { KeyAliasRow } from "../tables.ts";

/** The old keys of a session. */
export const listKeyAliasesTo = statement<{ to_key: string }, KeyAliasRow>((db, p) =>
  db.selectFrom("key_aliases").selectAll().where("to_key", "=", p("to_key")).orderBy("from_key"),
);
