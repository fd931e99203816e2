import { statement } from "../statement.ts";

interface TurnOrigin {
  run_id: string;
  session_key: string;
  attempt: number;
  accepted_at: number;
}

/** Where a turn came from: the run of its first message, and when that was accepted. */
export const findTurnOrigin = statement<{ id: string }, TurnOrigin>((db, p) =>
  db
    .selectFrom("turns")
    .innerJoin("inbox", "inbox.run_id", "turns.run_id")
    .select(["turns.run_id", "turns.session_key", "turns.attempt", "inbox.accepted_at"])
    .where("turns.id", "=", p("id")),
);
