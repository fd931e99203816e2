import { sql } from "kysely";
import { statement } from "../statement.ts";

export interface SenderRow {
  readonly channel: string;
  readonly account: string;
  readonly sender_id: string;
  readonly sender_name: string | null;
  readonly messages: number;
  readonly last_at: number;
}

/** Everybody who spoke, whoever spoke last first, a page at a time. */
export const pageSenders = statement<{ limit: number; offset: number }, SenderRow>((db, p) =>
  db
    .selectFrom("participants")
    .where("explicit", "=", sql.lit(0))
    .groupBy(["channel", "account", "sender_id"])
    .select((eb) => [
      "channel",
      "account",
      "sender_id",
      eb.fn.max("sender_name").as("sender_name"),
      eb.fn.sum<number>("messages").as("messages"),
      eb.fn.max("last_at").as("last_at"),
    ])
    .orderBy("last_at", "desc")
    .orderBy("channel")
    .orderBy("sender_id")
    .limit(p("limit"))
    .offset(p("offset")) as never,
);
