import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Forgets a job's runs up to one, but for what is still under way. */
export const pruneJobRuns = statement<{ job_id: string; through: string }>((db, p) =>
  db.deleteFrom("job_runs").where("job_id", "=", p("job_id")).where("id", "<=", p("through")).where("open", "=", sql.lit(0)),
);
