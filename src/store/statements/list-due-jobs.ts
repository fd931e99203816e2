import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { JobRow } from "../tables.ts";

/** Jobs whose instant has come, the longest overdue first. */
export const listDueJobs = statement<{ now: number; limit: number }, Pick<JobRow, "id" | "next_run_at">>((db, p) =>
  db
    .selectFrom("jobs")
    .select(["id", "next_run_at"])
    .where("enabled", "=", sql.lit(1))
    .where("next_run_at", "<=", p("now"))
    .orderBy("next_run_at")
    .limit(p("limit")),
);
