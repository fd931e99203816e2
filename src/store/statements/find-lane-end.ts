import { sql } from "kysely";
import { statement } from "../statement.ts";

/** The last that waits for one address; an empty thread is none. */
export const findLaneEnd = statement<{ channel: string; account: string; chat: string; thread: string }, { id: string }>((db, p) =>
  db
    .selectFrom("outbox")
    .select("id")
    .where("state", "=", sql.lit("pending"))
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where((eb) => eb.fn.coalesce("thread", sql.lit("")), "=", p("thread"))
    .orderBy("id", "desc")
    .limit(sql.lit(1)),
);
