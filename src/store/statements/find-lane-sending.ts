import { sql } from "kysely";
import { statement } from "../statement.ts";

/** What is under way to this address, the newest of it; an empty thread is none. */
export const findLaneSending = statement<{ channel: string; account: string; chat: string; thread: string }, { id: string }>((db, p) =>
  db
    .selectFrom("outbox")
    .select("id")
    .where("state", "=", sql.lit("sending"))
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where((eb) => eb.fn.coalesce("thread", sql.lit("")), "=", p("thread"))
    .orderBy("id", "desc")
    .limit(sql.lit(1)),
);
