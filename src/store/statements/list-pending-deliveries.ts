import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { OutboxRow } from "../tables.ts";

/** What waits to be sent, in the order it was committed. */
export const listPendingDeliveries = statement<{ after: string; limit: number }, OutboxRow>((db, p) =>
  db
    .selectFrom("outbox")
    .selectAll()
    .where("state", "=", sql.lit("pending"))
    .where("id", ">", p("after"))
    .orderBy("id")
    .limit(p("limit")),
);
