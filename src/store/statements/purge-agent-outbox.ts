import { statement } from "../statement.ts";

/** Removes an agent's deliveries: scratch agents leave no trace. */
export const purgeAgentOutbox = statement<{ agent_id: string }>((db, p) =>
  db
    .deleteFrom("outbox")
    .where("session_key", "in", db.selectFrom("sessions").select("key").where("agent_id", "=", p("agent_id"))),
);
