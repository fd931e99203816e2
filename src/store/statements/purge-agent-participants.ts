import { statement } from "../statement.ts";

/** Removes who spoke in an agent's sessions: scratch agents leave no trace. */
export const purgeAgentParticipants = statement<{ agent_id: string }>((db, p) =>
  db.deleteFrom("participants").where("session_key", "in", db.selectFrom("sessions").select("key").where("agent_id", "=", p("agent_id"))),
);
