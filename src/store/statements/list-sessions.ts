import { statement } from "../statement.ts";
import { selectSessions, type SessionListRow } from "./session-list.ts";

/** Sessions, newest first, a page at a time. */
export const listSessions = statement<{ since: number; limit: number; offset: number }, SessionListRow>((db, p) =>
  selectSessions(db)
    .where("sessions.updated_at", ">=", p("since"))
    .orderBy("sessions.updated_at", "desc")
    .orderBy("sessions.key", "desc")
    .limit(p("limit"))
    .offset(p("offset")) as never,
);
