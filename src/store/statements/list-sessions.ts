import { sql } from "kysely";
import { statement } from "../statement.ts";
import { selectSessions, type SessionListRow } from "./session-list.ts";

/** Sessions, newest first, a page at a time. An empty agent or search matches all. */
export const listSessions = statement<
  { agent: string; search: string; since: number; limit: number; offset: number },
  SessionListRow
>((db, p) =>
  selectSessions(db)
    .where("sessions.updated_at", ">=", p("since"))
    .where((eb) => eb.or([eb(eb.val(p("agent")), "=", sql.lit("")), eb("sessions.agent_id", "=", p("agent"))]))
    .where((eb) =>
      eb.or([
        eb("sessions.key", "like", p("search")),
        eb("sessions.display_name", "like", p("search")),
        eb("sessions.label", "like", p("search")),
      ]),
    )
    .orderBy("sessions.updated_at", "desc")
    .orderBy("sessions.key", "desc")
    .limit(p("limit"))
    .offset(p("offset")) as never,
);
