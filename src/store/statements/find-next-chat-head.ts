import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { OutboxRow } from "../tables.ts";

/** The first delivery that waits for a later chat; empty names begin. */
export const findNextChatHead = statement<{ channel: string; account: string; chat: string }, OutboxRow>((db, p) =>
  db
    .selectFrom("outbox")
    .selectAll()
    .where("state", "=", sql.lit("pending"))
    .where((eb) => eb(eb.refTuple("channel", "account", "chat"), ">", eb.tuple(p("channel"), p("account"), p("chat"))))
    .orderBy("channel")
    .orderBy("account")
    .orderBy("chat")
    .orderBy((eb) => eb.fn.coalesce("thread", sql.lit("")))
    .orderBy("id")
    .limit(1),
);
