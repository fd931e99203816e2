import { statement } from "../statement.ts";
import type { JobRunRow } from "../tables.ts";

/** A run of a job; 0 rows when this instant has one. */
export const insertJobRun = statement<Omit<JobRunRow, "revision" | "tries">>((db, p) =>
  db
    .insertInto("job_runs")
    .values({
      id: p("id"),
      job_id: p("job_id"),
      kind: p("kind"),
      due_at: p("due_at"),
      started_at: p("started_at"),
      ended_at: p("ended_at"),
      status: p("status"),
      error: p("error"),
      session_key: p("session_key"),
      session_id: p("session_id"),
      item_id: p("item_id"),
      delivery: p("delivery"),
      delivery_id: p("delivery_id"),
      mirror_key: p("mirror_key"),
      deliver_at: p("deliver_at"),
      summary: p("summary"),
      open: p("open"),
    })
    .onConflict((conflict) => conflict.doNothing()),
);
