import { statement } from "../statement.ts";

/** Nothing is left of a removed session. */
export const deleteTrash = statement<{ id: string }>((db, p) => db.deleteFrom("trash").where("id", "=", p("id")));
