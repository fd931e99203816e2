import { statement } from "../statement.ts";

/** Takes the line away with which a change closed a conversation that is no more. */
export const deleteEntry = statement<{ id: string }>((db, p) => db.deleteFrom("entries").where("id", "=", p("id")));
