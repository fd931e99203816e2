import { statement } from "../statement.ts";

/** When the next items after a number were accepted, in the order of their acceptance. */
export const pageItemAges = statement<{ after: number; limit: number }, { seq: number; accepted_at: number }>((db, p) =>
  db.selectFrom("inbox").select(["seq", "accepted_at"]).where("seq", ">", p("after")).orderBy("seq").limit(p("limit")),
);
