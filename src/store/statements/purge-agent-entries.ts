import { statement } from "../statement.ts";

/** Removes an agent's transcripts: scratch agents leave no trace. */
export const purgeAgentEntries = statement<{ agent_id: string }>((db, p) =>
  // By session id, which the table is ordered by: by key it would read everything that was ever said.
  db
    .deleteFrom("entries")
    .where(
      "session_id",
      "in",
      db
        .selectFrom("conversations")
        .innerJoin("sessions", "sessions.key", "conversations.key")
        .select("conversations.session_id")
        .where("sessions.agent_id", "=", p("agent_id")),
    ),
);
