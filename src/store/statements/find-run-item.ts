import { statement } from "../statement.ts";

/** The item of a run, by the name that its client gave it or that it was given. */
export const findRunItem = statement<{ run_id: string }, { id: string; run_id: string; session_key: string; state: string }>((db, p) =>
  db.selectFrom("inbox").select(["id", "run_id", "session_key", "state"]).where("run_id", "=", p("run_id")),
);
