import { statement } from "../statement.ts";
import { selectSessions, type SessionListRow } from "./session-list.ts";

/** One session with its counters. */
export const describeSession = statement<{ key: string }, SessionListRow>((db, p) =>
  selectSessions(db).where("sessions.key", "=", p("key")) as never,
);
