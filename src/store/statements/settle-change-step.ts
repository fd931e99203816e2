import { statement } from "../statement.ts";
import type { ChangeStepRow } from "../tables.ts";

/** Another state of a step, with what undoes it; 0 rows when it is not in the state that it is expected in. */
export const settleChangeStep = statement<Pick<ChangeStepRow, "change_id" | "number" | "state" | "undo"> & { expected: string }>((db, p) =>
  db
    .updateTable("change_steps")
    .set({ state: p("state"), undo: p("undo") })
    .where("change_id", "=", p("change_id"))
    .where("number", "=", p("number"))
    .where("state", "=", p("expected")),
);
