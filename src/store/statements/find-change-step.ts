import { statement } from "../statement.ts";
import type { ChangeStepRow } from "../tables.ts";

/** One step of a change. */
export const findChangeStep = statement<{ change_id: string; number: number }, ChangeStepRow>((db, p) =>
  db.selectFrom("change_steps").selectAll().where("change_id", "=", p("change_id")).where("number", "=", p("number")),
);
