import { statement } from "../statement.ts";
import type { SessionRow } from "../tables.ts";

/** A new session. */
export const insertSession = statement<Omit<SessionRow, "label" | "model_override" | "model_last" | "queue" | "choices" | "pinned_at" | "archived_at" | "pointed_at">>((db, p) =>
  db.insertInto("sessions").values({
    key: p("key"),
    agent_id: p("agent_id"),
    session_id: p("session_id"),
    chat_kind: p("chat_kind"),
    channel: p("channel"),
    display_name: p("display_name"),
    audience: p("audience"),
    created_at: p("created_at"),
    updated_at: p("updated_at"),
    interaction_at: p("interaction_at"),
    last_route: p("last_route"),
    dock: p("dock"),
  }),
);
