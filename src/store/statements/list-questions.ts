import { sql } from "kysely";
import { statement } from "../statement.ts";
import { onPath } from "./on-path.ts";

/** The turns that answered somebody in a conversation, newest first. */
export const listQuestions = statement<{ session_id: string; channel: string; account: string; sender_id: string; limit: number }, { turn_id: string }>((db, p) =>
  db
    .selectFrom("entries")
    .select((eb) => eb.ref("turn_id").$notNull().as("turn_id"))
    .where("session_id", "=", p("session_id"))
    .where("role", "=", sql.lit("user"))
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("sender_id", "=", p("sender_id"))
    .where("turn_id", "is not", sql.lit(null))
    .where(onPath)
    .groupBy("turn_id")
    .orderBy((eb) => eb.fn.max("seq"), "desc")
    .limit(p("limit")),
);
