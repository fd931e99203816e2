import { statement } from "../statement.ts";

/** Session ids between two texts, with their keys: at most two, since a second makes a prefix ambiguous. */
export const findSessionIds = statement<{ from: string; to: string }, { session_id: string; key: string }>((db, p) =>
  db
    .selectFrom("conversations")
    .select(["session_id", "key"])
    .where("session_id", ">=", p("from"))
    .where("session_id", "<", p("to"))
    .orderBy("session_id")
    .limit(2),
);
