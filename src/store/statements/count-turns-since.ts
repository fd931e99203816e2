import { sql } from "kysely";
import { statement } from "../statement.ts";
import { onPath } from "./on-path.ts";

/**
 * How many turns each channel had in a conversation after a position, among so many entries; most first. `who`: only those of
 * one audience, and of the channels `and_on` (`,webchat,terminal,`); empty for everybody's.
 */
export const countTurnsSince = statement<{ session_id: string; after: number; who: string; and_on: string; limit: number }, { channel: string; turns: number }>((db, p) =>
  db
    .selectFrom(
      db
        .selectFrom("entries")
        .select(["channel", "turn_id"])
        .where("session_id", "=", p("session_id"))
        .where("seq", ">", p("after"))
        .where("role", "=", sql.lit("user"))
        .where("turn_id", "is not", sql.lit(null))
        .where((eb) =>
          eb.or([
            eb(eb.val(p("who")), "=", sql.lit("")),
            eb("audience", "=", p("who")),
            eb(eb.val(p("and_on")), "like", sql<string>`'%,' || channel || ',%'`),
          ]),
        )
        .where(onPath)
        .orderBy("seq")
        .limit(p("limit"))
        .as("page"),
    )
    .select(["channel", sql<number>`count(distinct turn_id)`.as("turns")])
    .groupBy("channel")
    .orderBy("turns", "desc")
    .orderBy("channel"),
);
