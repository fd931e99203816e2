import { statement } from "../statement.ts";

/** A line of the ledger. */
export const insertEvent = statement<{ at: number; kind: string; session_key: string | null; data: string }>((db, p) =>
  db.insertInto("events").values({ at: p("at"), kind: p("kind"), session_key: p("session_key"), data: p("data") }),
);
