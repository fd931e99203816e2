import { sql } from "kysely";
import { statement } from "../statement.ts";

/** How many of an agent's sessions that were active since a time are archived; an empty agent is any. */
export const countArchivedSessions = statement<{ agent: string; since: number }, { count: number }>((db, p) =>
  db
    .selectFrom("sessions")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("archived_at", "is not", null)
    .where("updated_at", ">=", p("since"))
    .where((eb) => eb.or([eb(eb.val(p("agent")), "=", sql.lit("")), eb("agent_id", "=", p("agent"))])),
);
