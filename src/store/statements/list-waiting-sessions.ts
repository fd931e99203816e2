import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Sessions that have waiting items: what a starting gateway has to take up. */
export const listWaitingSessions = statement<{ after: string; limit: number }, { session_key: string }>((db, p) =>
  db
    .selectFrom("inbox")
    .select("session_key")
    .distinct()
    .where("state", "=", sql.lit("queued"))
    .where("session_key", ">", p("after"))
    .orderBy("session_key")
    .limit(p("limit")),
);
