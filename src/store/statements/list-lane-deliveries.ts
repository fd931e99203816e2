import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { OutboxRow } from "../tables.ts";

/** What waits for one address, in the order it was committed; an empty thread is none. */
export const listLaneDeliveries = statement<{ channel: string; account: string; chat: string; thread: string; limit: number }, OutboxRow>((db, p) =>
  db
    .selectFrom("outbox")
    .selectAll()
    .where("state", "=", sql.lit("pending"))
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where((eb) => eb.fn.coalesce("thread", sql.lit("")), "=", p("thread"))
    .orderBy("id")
    .limit(p("limit")),
);
