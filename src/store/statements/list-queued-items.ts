import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

/** A session's waiting items, oldest first. */
export const listQueuedItems = statement<{ session_key: string; limit: number }, InboxRow>((db, p) =>
  db
    .selectFrom("inbox")
    .selectAll()
    .where("session_key", "=", p("session_key"))
    .where("state", "=", sql.lit("queued"))
    .orderBy("seq")
    .limit(p("limit")),
);
