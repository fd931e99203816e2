import { statement } from "../statement.ts";
import type { ChangeStepRow } from "../tables.ts";

/** One step of a change, before it is done. */
export const insertChangeStep = statement<ChangeStepRow>((db, p) =>
  db.insertInto("change_steps").values({
    change_id: p("change_id"),
    number: p("number"),
    session_key: p("session_key"),
    state: p("state"),
    undo: p("undo"),
  }),
);
