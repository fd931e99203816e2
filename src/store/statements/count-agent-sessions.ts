import { statement } from "../statement.ts";

/** How many sessions of an agent were active since a time. */
export const countAgentSessions = statement<{ agent: string; since: number }, { count: number }>((db, p) =>
  db
    .selectFrom("sessions")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("agent_id", "=", p("agent"))
    .where("updated_at", ">=", p("since")),
);
