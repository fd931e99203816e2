import { statement } from "../statement.ts";
import { selectSessions, type SessionListRow } from "./session-list.ts";

/** Sessions of one agent that are neither pinned nor archived, newest first, a page at a time. */
export const listAgentSessions = statement<{ agent: string; since: number; limit: number; offset: number }, SessionListRow>((db, p) =>
  selectSessions(db)
    .where("sessions.agent_id", "=", p("agent"))
    .where("sessions.updated_at", ">=", p("since"))
    .where("sessions.pinned_at", "is", null)
    .where("sessions.archived_at", "is", null)
    .orderBy("sessions.updated_at", "desc")
    .orderBy("sessions.key", "desc")
    .limit(p("limit"))
    .offset(p("offset")) as never,
);
