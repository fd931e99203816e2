import { statement } from "../statement.ts";

/** The number of the newest line of the ledger. */
export const findNewestEvent = statement<object, { seq: number }>((db) => db.selectFrom("events").select("seq").orderBy("seq", "desc").limit(1));
