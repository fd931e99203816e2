import { statement } from "../statement.ts";

/** Takes a job away. */
export const deleteJob = statement<{ id: string }>((db, p) => db.deleteFrom("jobs").where("id", "=", p("id")));
