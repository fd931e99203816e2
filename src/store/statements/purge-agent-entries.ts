import { statement } from "../statement.ts";

/** Removes an agent's transcripts: scratch agents leave no trace. */
export const purgeAgentEntries = statement<{ agent_id: string }>((db, p) =>
  db
    .deleteFrom("entries")
    .where("session_key", "in", db.selectFrom("sessions").select("key").where("agent_id", "=", p("agent_id"))),
);
