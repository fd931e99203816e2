import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

/** A session's dropped items that no turn has written down yet, oldest first. */
export const listDroppingItems = statement<{ session_key: string; limit: number }, InboxRow>((db, p) =>
  db
    .selectFrom("inbox")
    .selectAll()
    .where("session_key", "=", p("session_key"))
    .where("state", "=", sql.lit("queued"))
    .where("dropped", "is not", sql.lit(null))
    .orderBy("seq")
    .limit(p("limit")),
);
