import { statement } from "../statement.ts";

/** Removes an agent's sessions: scratch agents leave no trace. */
export const purgeAgentSessions = statement<{ agent_id: string }>((db, p) =>
  db.deleteFrom("sessions").where("agent_id", "=", p("agent_id")),
);
