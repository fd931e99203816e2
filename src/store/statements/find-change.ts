import { statement } from "../statement.ts";
import type { ChangeRow } from "../tables.ts";

/** A change by its id. */
export const findChange = statement<{ id: string }, ChangeRow>((db, p) => db.selectFrom("changes").selectAll().where("id", "=", p("id")));
