import { statement } from "../statement.ts";
import type { SessionRow } from "../tables.ts";

/** A session as it is to be, every column of it. */
export const putSession = statement<SessionRow>((db, p) =>
  db.insertInto("sessions").values({
    key: p("key"),
    agent_id: p("agent_id"),
    session_id: p("session_id"),
    chat_kind: p("chat_kind"),
    channel: p("channel"),
    display_name: p("display_name"),
    label: p("label"),
    audience: p("audience"),
    created_at: p("created_at"),
    updated_at: p("updated_at"),
    interaction_at: p("interaction_at"),
    model_override: p("model_override"),
    model_last: p("model_last"),
    last_route: p("last_route"),
    dock: p("dock"),
    queue: p("queue"),
    choices: p("choices"),
    pinned_at: p("pinned_at"),
    archived_at: p("archived_at"),
    pointed_at: p("pointed_at"),
  }),
);
