import { statement } from "../statement.ts";
import type { PersonRow } from "../tables.ts";

/** A person by id. */
export const findPerson = statement<{ id: string }, PersonRow>((db, p) => db.selectFrom("people").selectAll().where("id", "=", p("id")));
