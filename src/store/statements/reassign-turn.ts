import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { TurnRow } from "../tables.ts";

/** Another session for a turn that is not over; where its reply goes is never rewritten. */
export const reassignTurn = statement<Pick<TurnRow, "id" | "session_key" | "session_id" | "agent_id" | "audience">>((db, p) =>
  db
    .updateTable("turns")
    .set({ session_key: p("session_key"), session_id: p("session_id"), agent_id: p("agent_id"), audience: p("audience") })
    .where("id", "=", p("id"))
    .where("state", "=", sql.lit("running")),
);
