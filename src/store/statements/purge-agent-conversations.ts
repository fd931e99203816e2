import { statement } from "../statement.ts";

/** Removes an agent's conversations: scratch agents leave no trace. */
export const purgeAgentConversations = statement<{ agent_id: string }>((db, p) =>
  db
    .deleteFrom("conversations")
    .where("key", "in", db.selectFrom("sessions").select("key").where("agent_id", "=", p("agent_id"))),
);
