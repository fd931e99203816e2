import { statement } from "../statement.ts";
import { selectShown, type SessionListRow, type ShownPage } from "./session-list.ts";

/** The same of one agent. */
export const listAgentSessions = statement<ShownPage & { readonly agent: string }, SessionListRow>((db, p) => selectShown(db, p).where("sessions.agent_id", "=", p("agent")) as never);
