import { statement } from "../statement.ts";

export const deletePerson = statement<{ id: string }>((db, p) => db.deleteFrom("people").where("id", "=", p("id")));
