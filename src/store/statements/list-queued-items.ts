import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

/** A session's items that wait to be answered, oldest first, accepted after a number. */
export const listQueuedItems = statement<{ session_key: string; after: number; limit: number }, InboxRow>((db, p) =>
  db
    .selectFrom("inbox")
    .selectAll()
    .where("session_key", "=", p("session_key"))
    .where("state", "=", sql.lit("queued"))
    .where("dropped", "is", sql.lit(null))
    .where("seq", ">", p("after"))
    .orderBy("seq")
    .limit(p("limit")),
);
