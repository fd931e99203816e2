import { statement } from "../statement.ts";
import type { JobRunRow } from "../tables.ts";

/** One run by its id. */
export const findJobRun = statement<{ id: string }, JobRunRow>((db, p) => db.selectFrom("job_runs").selectAll().where("id", "=", p("id")));
