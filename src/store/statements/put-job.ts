import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { JobRow } from "../tables.ts";

/** Writes a job as it is now; 0 rows when somebody has written it since it was read. */
export const putJob = statement<Omit<JobRow, "created_at">>((db, p) =>
  db
    .updateTable("jobs")
    .set({
      agent_id: p("agent_id"),
      session_key: p("session_key"),
      name: p("name"),
      enabled: p("enabled"),
      job: p("job"),
      next_run_at: p("next_run_at"),
      run_id: p("run_id"),
      state: p("state"),
      updated_at: p("updated_at"),
      revision: sql`revision + 1`,
    })
    .where("id", "=", p("id"))
    .where("revision", "=", p("revision")),
);
