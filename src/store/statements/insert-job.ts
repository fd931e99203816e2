import { statement } from "../statement.ts";
import type { JobRow } from "../tables.ts";

/** A new job; 0 rows when there is one with this id. */
export const insertJob = statement<Omit<JobRow, "revision" | "run_id">>((db, p) =>
  db
    .insertInto("jobs")
    .values({
      id: p("id"),
      agent_id: p("agent_id"),
      session_key: p("session_key"),
      name: p("name"),
      enabled: p("enabled"),
      job: p("job"),
      next_run_at: p("next_run_at"),
      state: p("state"),
      created_at: p("created_at"),
      updated_at: p("updated_at"),
    })
    .onConflict((conflict) => conflict.doNothing()),
);
