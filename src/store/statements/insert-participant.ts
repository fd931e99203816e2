import { statement } from "../statement.ts";
import type { ParticipantRow } from "../tables.ts";

/** Somebody who spoke in a session, with what was counted of them elsewhere. */
export const insertParticipant = statement<ParticipantRow>((db, p) =>
  db.insertInto("participants").values({
    session_key: p("session_key"),
    channel: p("channel"),
    account: p("account"),
    chat: p("chat"),
    thread: p("thread"),
    thread_key: p("thread_key"),
    sender_id: p("sender_id"),
    sender_name: p("sender_name"),
    chat_kind: p("chat_kind"),
    explicit: p("explicit"),
    place: p("place"),
    messages: p("messages"),
    first_at: p("first_at"),
    last_at: p("last_at"),
    canary: p("canary"),
    language: p("language"),
  }),
);
