import { statement } from "../statement.ts";
import { selectSessions, type SessionListRow } from "./session-list.ts";

/** Sessions of an agent in the order of their keys: for walking over all of them. */
export const pageSessions = statement<{ agent: string; after: string; limit: number }, SessionListRow>((db, p) =>
  selectSessions(db)
    .where("sessions.agent_id", "=", p("agent"))
    .where("sessions.key", ">", p("after"))
    .orderBy("sessions.key")
    .limit(p("limit")) as never,
);
