import { statement } from "../statement.ts";
import type { SignalRow } from "../tables.ts";

/** What was signalled after a number, in order. */
export const listSignals = statement<{ after: number; limit: number }, SignalRow>((db, p) =>
  db.selectFrom("signals").selectAll().where("seq", ">", p("after")).orderBy("seq").limit(p("limit")),
);
