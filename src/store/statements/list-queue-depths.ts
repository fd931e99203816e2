import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Sessions in which messages wait, the fullest first. */
export const listQueueDepths = statement<{ limit: number }, { session_key: string; waiting: number; oldest: number }>((db, p) =>
  db
    .selectFrom("inbox")
    .select((eb) => ["session_key", eb.fn.countAll<number>().as("waiting"), eb.fn.min<number>("accepted_at").as("oldest")])
    .where("state", "=", sql.lit("queued"))
    .groupBy("session_key")
    .orderBy("waiting", "desc")
    .orderBy("oldest")
    .limit(p("limit")),
);
