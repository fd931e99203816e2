import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { OutboxRow } from "../tables.ts";

/** The first delivery that waits for a later thread of the same chat. */
export const findNextThreadHead = statement<{ channel: string; account: string; chat: string; thread: string }, OutboxRow>((db, p) =>
  db
    .selectFrom("outbox")
    .selectAll()
    .where("state", "=", sql.lit("pending"))
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where((eb) => eb.fn.coalesce("thread", sql.lit("")), ">", p("thread"))
    .orderBy((eb) => eb.fn.coalesce("thread", sql.lit("")))
    .orderBy("id")
    .limit(1),
);
