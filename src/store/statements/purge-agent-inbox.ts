import { statement } from "../statement.ts";

/** Removes an agent's accepted messages: scratch agents leave no trace. */
export const purgeAgentInbox = statement<{ agent_id: string }>((db, p) => db.deleteFrom("inbox").where("agent_id", "=", p("agent_id")));
