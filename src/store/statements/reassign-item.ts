import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

/** Another session for an accepted message; where it came from is never rewritten. */
export const reassignItem = statement<Pick<InboxRow, "seq" | "session_key" | "agent_id" | "person" | "audience">>((db, p) =>
  db
    .updateTable("inbox")
    .set({ session_key: p("session_key"), agent_id: p("agent_id"), person: p("person"), audience: p("audience") })
    .where("seq", "=", p("seq")),
);
