import { sql } from "kysely";
import { statement } from "../statement.ts";

/** The newest that waits for one address, and the newest that is under way there, null for none; an empty thread is none. */
export const findLaneEnd = statement<{ channel: string; account: string; chat: string; thread: string }, { id: string | null }>((db, p) => {
  const newest = (state: "pending" | "sending") =>
    db
      .selectFrom("outbox")
      .select((eb) => eb.fn.max<string | null>("id").as("id"))
      .where("state", "=", sql.lit(state))
      .where("channel", "=", p("channel"))
      .where("account", "=", p("account"))
      .where("chat", "=", p("chat"))
      .where((eb) => eb.fn.coalesce("thread", sql.lit("")), "=", p("thread"));
  return newest("pending").unionAll(newest("sending"));
});
