import { statement } from "../statement.ts";
import { selectSessions, type SessionListRow } from "./session-list.ts";

/** Sessions that are neither pinned nor archived, newest first, a page at a time. */
export const listShownSessions = statement<{ since: number; limit: number; offset: number }, SessionListRow>((db, p) =>
  selectSessions(db)
    .where("sessions.updated_at", ">=", p("since"))
    .where("sessions.pinned_at", "is", null)
    .where("sessions.archived_at", "is", null)
    .orderBy("sessions.updated_at", "desc")
    .orderBy("sessions.key", "desc")
    .limit(p("limit"))
    .offset(p("offset")) as never,
);
