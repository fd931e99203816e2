import { statement } from "../statement.ts";

/** Agents that have sessions, configured or not. */
export const listAgentsWithSessions = statement<object, { agent_id: string; count: number }>((db) =>
  db
    .selectFrom("sessions")
    .select(["agent_id", (eb) => eb.fn.countAll<number>().as("count")])
    .groupBy("agent_id")
    .orderBy("agent_id"),
);
