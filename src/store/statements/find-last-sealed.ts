import { statement } from "../statement.ts";

/** The line of the ledger with the highest number that is sealed. */
export const findLastSealed = statement<object, { event_seq: number; at: number }>((db) =>
  db.selectFrom("seals").select(["event_seq", "at"]).orderBy("event_seq", "desc").limit(1),
);
