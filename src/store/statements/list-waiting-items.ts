import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

/** Everything that waits for a turn, in the order of acceptance, a page at a time. */
export const listWaitingItems = statement<{ after: number; limit: number }, InboxRow>((db, p) =>
  db
    .selectFrom("inbox")
    .selectAll()
    .where("state", "=", sql.lit("queued"))
    .where("seq", ">", p("after"))
    .orderBy("seq")
    .limit(p("limit")),
);
