import { statement } from "../statement.ts";
import type { ParticipantRow } from "../tables.ts";

export type ParticipantPlace = Pick<ParticipantRow, "session_key" | "channel" | "account" | "chat" | "thread_key" | "sender_id">;

/** Everybody who ever spoke, session by session, a page at a time; `after` is the last row of the page before. */
export const pageParticipants = statement<ParticipantPlace & { limit: number }, ParticipantRow>((db, p) =>
  db
    .selectFrom("participants")
    .selectAll()
    .where((eb) =>
      eb(
        eb.refTuple("session_key", "channel", "account", "chat", "thread_key").$castTo<never>(),
        ">=",
        eb.tuple(p("session_key"), p("channel"), p("account"), p("chat"), p("thread_key")).$castTo<never>(),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.and([
          eb("session_key", "=", p("session_key")),
          eb("channel", "=", p("channel")),
          eb("account", "=", p("account")),
          eb("chat", "=", p("chat")),
          eb("thread_key", "=", p("thread_key")),
          eb("sender_id", "<=", p("sender_id")),
        ]),
      ),
    )
    .orderBy("session_key")
    .orderBy("channel")
    .orderBy("account")
    .orderBy("chat")
    .orderBy("thread_key")
    .orderBy("sender_id")
    .limit(p("limit")),
);
