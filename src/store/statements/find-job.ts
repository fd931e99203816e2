import { statement } from "../statement.ts";
import type { JobRow } from "../tables.ts";

/** One job by its id. */
export const findJob = statement<{ id: string }, JobRow>((db, p) => db.selectFrom("jobs").selectAll().where("id", "=", p("id")));
