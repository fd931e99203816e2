import { sql } from "kysely";
import { statement } from "../statement.ts";

/** What a turn answered, in the conversation that it ran in. */
export const findTurnAnswer = statement<{ session_id: string; turn_id: string }, { text: string }>((db, p) =>
  db
    .selectFrom("entries")
    .select("text")
    .where("session_id", "=", p("session_id"))
    .where("turn_id", "=", p("turn_id"))
    .where("role", "=", sql.lit("assistant"))
    .orderBy("seq", "desc")
    .limit(1),
);
