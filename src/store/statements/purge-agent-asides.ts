import { statement } from "../statement.ts";

/** Removes what says which of an agent's entries are beside the path; before these go. */
export const purgeAgentAsides = statement<{ agent_id: string }>((db, p) =>
  db
    .deleteFrom("asides")
    .where(
      "entry_id",
      "in",
      db
        .selectFrom("entries")
        .innerJoin("conversations", "conversations.session_id", "entries.session_id")
        .innerJoin("sessions", "sessions.key", "conversations.key")
        .select("entries.id")
        .where("sessions.agent_id", "=", p("agent_id")),
    ),
);
