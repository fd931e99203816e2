import { statement } from "../statement.ts";

/** Removes an agent's turns: scratch agents leave no trace. */
export const purgeAgentTurns = statement<{ agent_id: string }>((db, p) => db.deleteFrom("turns").where("agent_id", "=", p("agent_id")));
