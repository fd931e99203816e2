import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { JobRunRow } from "../tables.ts";

/** Writes what became of a run; 0 rows when somebody has written it since it was read. */
export const putJobRun = statement<Omit<JobRunRow, "job_id" | "kind" | "due_at" | "started_at" | "session_key">>((db, p) =>
  db
    .updateTable("job_runs")
    .set({
      ended_at: p("ended_at"),
      status: p("status"),
      error: p("error"),
      session_id: p("session_id"),
      item_id: p("item_id"),
      delivery: p("delivery"),
      delivery_id: p("delivery_id"),
      mirror_key: p("mirror_key"),
      deliver_at: p("deliver_at"),
      tries: p("tries"),
      summary: p("summary"),
      open: p("open"),
      revision: sql`revision + 1`,
    })
    .where("id", "=", p("id"))
    .where("revision", "=", p("revision")),
);
