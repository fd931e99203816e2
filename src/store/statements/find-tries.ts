import { statement } from "../statement.ts";

/** How often somebody has tried something, and since when that is counted. */
export const findTries = statement<{ ref: string; what: string }, { since: number; count: number }>((db, p) =>
  db.selectFrom("tries").select(["since", "count"]).where("ref", "=", p("ref")).where("what", "=", p("what")),
);
