import { statement } from "../statement.ts";
import type { StepRow } from "../tables.ts";

/** Notes what changed what a session shows, so that it can be taken back. */
export const insertStep = statement<Omit<StepRow, "undone_at">>((db, p) =>
  db.insertInto("steps").values({
    id: p("id"),
    session_key: p("session_key"),
    at: p("at"),
    kind: p("kind"),
    from_session: p("from_session"),
    to_session: p("to_session"),
    branch: p("branch"),
  }),
);
