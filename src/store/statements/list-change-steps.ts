import { statement } from "../statement.ts";
import type { ChangeStepRow } from "../tables.ts";

/** A change's steps in order, without what they would be undone with. */
export const listChangeSteps = statement<{ change_id: string }, Pick<ChangeStepRow, "number" | "session_key" | "state">>((db, p) =>
  db.selectFrom("change_steps").select(["number", "session_key", "state"]).where("change_id", "=", p("change_id")).orderBy("number"),
);
