import { statement } from "../statement.ts";
import type { ParticipantRow } from "../tables.ts";

/** Counts what somebody said in a session; the newest name, place, marker and language stay. Answers with the language as it is now. */
export const upsertParticipant = statement<Omit<ParticipantRow, "first_at">, Pick<ParticipantRow, "language">>((db, p) =>
  db
    .insertInto("participants")
    .values({
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
      first_at: p("last_at"),
      last_at: p("last_at"),
      canary: p("canary"),
      language: p("language"),
    })
    .onConflict((conflict) =>
      conflict.columns(["session_key", "channel", "account", "chat", "thread_key", "sender_id"]).doUpdateSet((eb) => ({
        sender_name: eb.fn.coalesce("excluded.sender_name", "participants.sender_name"),
        place: eb.ref("excluded.place"),
        messages: eb("participants.messages", "+", eb.ref("excluded.messages")),
        last_at: eb.ref("excluded.last_at"),
        canary: eb.fn.coalesce("excluded.canary", "participants.canary"),
        // What was set by hand stays.
        language: eb
          .case()
          .when("participants.language", "in", ["en!", "zh!"])
          .then(eb.ref("participants.language"))
          .else(eb.fn.coalesce("excluded.language", "participants.language"))
          .end(),
      })),
    )
    .returning("language"),
);
