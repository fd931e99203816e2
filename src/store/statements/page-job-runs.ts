import { statement } from "../statement.ts";
import type { JobRunRow } from "../tables.ts";

/** All runs, newest first. */
export const pageJobRuns = statement<{ before: string; limit: number; offset: number }, JobRunRow>((db, p) =>
  db.selectFrom("job_runs").selectAll().where("id", "<", p("before")).orderBy("id", "desc").limit(p("limit")).offset(p("offset")),
);
