import { statement } from "../statement.ts";
import type { JobRunRow } from "../tables.ts";

/** A job's runs, newest first. */
export const listJobRuns = statement<{ job_id: string; limit: number; offset: number }, JobRunRow>((db, p) =>
  db.selectFrom("job_runs").selectAll().where("job_id", "=", p("job_id")).orderBy("id", "desc").limit(p("limit")).offset(p("offset")),
);
