import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { JobRow } from "../tables.ts";

/** The instant that comes first of all jobs. */
export const findNextJob = statement<Record<never, never>, Pick<JobRow, "next_run_at">>((db) =>
  db
    .selectFrom("jobs")
    .select("next_run_at")
    .where("enabled", "=", sql.lit(1))
    .where("next_run_at", "is not", null)
    .orderBy("next_run_at")
    .limit(1),
);
