import { statement } from "../statement.ts";

/** The newest entry of a turn, looked for in the conversation that the turn runs in. */
export const findTurnEntry = statement<{ session_id: string; turn_id: string }, { id: string }>((db, p) =>
  db
    .selectFrom("entries")
    .select("id")
    .where("session_id", "=", p("session_id"))
    .where("turn_id", "=", p("turn_id"))
    .orderBy("seq", "desc")
    .limit(1),
);
