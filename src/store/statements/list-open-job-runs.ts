import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { JobRunRow } from "../tables.ts";

/** Runs of which something is still to be looked after, oldest first. */
export const listOpenJobRuns = statement<{ after: string; limit: number }, JobRunRow>((db, p) =>
  db.selectFrom("job_runs").selectAll().where("open", "=", sql.lit(1)).where("id", ">", p("after")).orderBy("id").limit(p("limit")),
);
