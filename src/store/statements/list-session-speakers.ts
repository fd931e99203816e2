import { statement } from "../statement.ts";
import { selectParticipants, type SpokenRow } from "./participant-list.ts";

/** Who speaks in one session, with what it is called, the latest first. */
export const listSessionSpeakers = statement<{ key: string; limit: number }, SpokenRow>((db, p) =>
  selectParticipants(db).where("participants.session_key", "=", p("key")).limit(p("limit")),
);
