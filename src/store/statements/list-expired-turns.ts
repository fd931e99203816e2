import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Sessions whose turn nobody runs any more. */
export const listExpiredTurns = statement<{ now: number; after: string; limit: number }, { session_key: string }>((db, p) =>
  db
    .selectFrom("turns")
    .select("session_key")
    .where("state", "=", sql.lit("running"))
    .where("lease_until", "<", p("now"))
    .where("session_key", ">", p("after"))
    .orderBy("session_key")
    .limit(p("limit")),
);
