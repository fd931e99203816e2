import { statement } from "../statement.ts";
import type { ParticipantRow } from "../tables.ts";

/** Who has spoken in a session, newest first. */
export const listSessionParticipants = statement<{ session_key: string; limit: number }, ParticipantRow>((db, p) =>
  db.selectFrom("participants").selectAll().where("session_key", "=", p("session_key")).orderBy("last_at", "desc").limit(p("limit")),
);
