import { statement } from "../statement.ts";

/** Forgets what was signalled before a time: whoever lives has heard it. */
export const dropSignals = statement<{ before: number }>((db, p) => db.deleteFrom("signals").where("at", "<", p("before")));
