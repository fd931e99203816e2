import { statement } from "../statement.ts";
import type { PersonRow } from "../tables.ts";

/** The person of a name, as names are compared (A15). */
export const findNamedPerson = statement<{ name_key: string }, PersonRow>((db, p) =>
  db.selectFrom("people").selectAll().where("name_key", "=", p("name_key")),
);
