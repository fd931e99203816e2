import type { Kysely } from "kysely";
import type { ParticipantRow, SessionRow, Tables } from "../tables.ts";

/** Somebody who speaks in a session, with what the session is called. */
export type SpokenRow = Pick<ParticipantRow, "session_key" | "channel" | "account" | "chat" | "thread" | "sender_id" | "sender_name" | "chat_kind" | "explicit" | "messages" | "last_at"> & {
  session_kind: SessionRow["chat_kind"];
} & Pick<SessionRow, "label" | "display_name" | "updated_at">;

/** What every map of who speaks where selects; the newest session first. */
export function selectParticipants(db: Kysely<Tables>) {
  return db
    .selectFrom("participants")
    .innerJoin("sessions", "sessions.key", "participants.session_key")
    .select([
      "participants.session_key",
      "participants.channel",
      "participants.account",
      "participants.chat",
      "participants.thread",
      "participants.sender_id",
      "participants.sender_name",
      "participants.chat_kind",
      "participants.explicit",
      "participants.messages",
      "participants.last_at",
      "sessions.chat_kind as session_kind",
      "sessions.label",
      "sessions.display_name",
      "sessions.updated_at",
    ])
    .orderBy("sessions.updated_at", "desc")
    .orderBy("sessions.key", "desc")
    .orderBy("participants.last_at", "desc");
}
