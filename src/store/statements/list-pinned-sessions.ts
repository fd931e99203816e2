import { statement } from "../statement.ts";
import { selectSessions, type SessionListRow } from "./session-list.ts";

/** What is pinned, newest first. */
export const listPinnedSessions = statement<{ since: number; limit: number }, SessionListRow>((db, p) =>
  selectSessions(db)
    .where("sessions.pinned_at", "is not", null)
    .where("sessions.updated_at", ">=", p("since"))
    .orderBy("sessions.updated_at", "desc")
    .orderBy("sessions.key", "desc")
    .limit(p("limit")) as never,
);
