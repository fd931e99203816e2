import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

/** Another route for a message that no turn has taken yet, with what routing says of it. */
export const rerouteItem = statement<Pick<InboxRow, "seq" | "session_key" | "agent_id" | "person" | "audience" | "message" | "why">>((db, p) =>
  db
    .updateTable("inbox")
    .set({
      session_key: p("session_key"),
      agent_id: p("agent_id"),
      person: p("person"),
      audience: p("audience"),
      message: p("message"),
      why: p("why"),
    })
    .where("seq", "=", p("seq")),
);
