import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Forgets runs whose job is not there any more: somebody was erased for whom it was. */
export const pruneStrayJobRuns = statement<Record<never, never>>((db) =>
  db
    .deleteFrom("job_runs")
    .where("open", "=", sql.lit(0))
    .where("job_id", "not in", (eb) => eb.selectFrom("jobs").select("jobs.id")),
);
