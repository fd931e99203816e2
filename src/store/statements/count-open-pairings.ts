import { sql } from "kysely";
import { statement } from "../statement.ts";

/** How many requests of an account wait for an answer. */
export const countOpenPairings = statement<{ channel: string; account: string; now: number }, { count: number }>((db, p) =>
  db
    .selectFrom("pairings")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("state", "=", sql.lit("pending"))
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("expires_at", ">", p("now")),
);
