import { statement } from "../statement.ts";

/** Removes what the ledger says of an agent's sessions: scratch agents leave no trace. */
export const purgeAgentEvents = statement<{ agent_id: string }>((db, p) =>
  db
    .deleteFrom("events")
    .where("session_key", "in", db.selectFrom("sessions").select("key").where("agent_id", "=", p("agent_id"))),
);
