import { statement } from "../statement.ts";
import type { TrashRow } from "../tables.ts";

/** A removed session. */
export const findTrash = statement<{ id: string }, TrashRow>((db, p) => db.selectFrom("trash").selectAll().where("id", "=", p("id")));
