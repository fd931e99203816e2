import { statement } from "../statement.ts";
import type { PersonRow } from "../tables.ts";

/** Who has had this role for longest. */
export const findEldestPerson = statement<{ role: string }, PersonRow>((db, p) =>
  db.selectFrom("people").selectAll().where("role", "=", p("role")).orderBy("created_at").orderBy("id").limit(1),
);
