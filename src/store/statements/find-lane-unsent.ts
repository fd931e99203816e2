import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Something that has to reach this address and is not there yet; an empty thread is none. */
export const findLaneUnsent = statement<{ channel: string; account: string; chat: string; thread: string }, { id: string }>((db, p) =>
  db
    .selectFrom("outbox")
    .select("id")
    .where("state", "in", [sql.lit("pending"), sql.lit("sending")])
    .where("state", "!=", sql.lit("sent"))
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where((eb) => eb.fn.coalesce("thread", sql.lit("")), "=", p("thread"))
    .limit(sql.lit(1)),
);
