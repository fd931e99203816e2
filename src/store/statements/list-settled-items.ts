import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

export type SettledItem = Pick<InboxRow, "seq" | "channel" | "account" | "chat" | "thread" | "sender_id" | "agent_id" | "person" | "audience">;

/** A session's finished items from one chat, accepted after a number: found by the chat, which the table is indexed by. */
export const listSettledItems = statement<{ session_key: string; channel: string; account: string; chat: string; after: number }, SettledItem>(
  (db, p) =>
    db
      .selectFrom("inbox")
      .select(["seq", "channel", "account", "chat", "thread", "sender_id", "agent_id", "person", "audience"])
      .where("channel", "=", p("channel"))
      .where("account", "=", p("account"))
      .where("chat", "=", p("chat"))
      .where("session_key", "=", p("session_key"))
      .where("state", "in", [sql.lit("done"), sql.lit("dropped")])
      .where("seq", ">", p("after")),
);
