import { sql } from "kysely";
import { statement } from "../statement.ts";

/** How many sessions a listing has in all. */
export const countSessions = statement<{ agent: string; since: number }, { count: number }>((db, p) =>
  db
    .selectFrom("sessions")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("updated_at", ">=", p("since"))
    .where((eb) => eb.or([eb(eb.val(p("agent")), "=", sql.lit("")), eb("agent_id", "=", p("agent"))])),
);
