import { sql } from "kysely";
import { statement } from "../statement.ts";

/** How many runs of a job are kept, and what their words weigh. */
export const measureJobRuns = statement<{ job_id: string }, { count: number; chars: number }>((db, p) =>
  db
    .selectFrom("job_runs")
    .select((eb) => [eb.fn.countAll<number>().as("count"), sql<number>`coalesce(sum(coalesce(length(summary), 0) + coalesce(length(error), 0)), 0)`.as("chars")])
    .where("job_id", "=", p("job_id")),
);
