import { sql, type Kysely } from "kysely";
import type { ConversationRow, SessionRow, Tables } from "../tables.ts";

/** A session with what its current conversation counts. */
export type SessionListRow = Omit<SessionRow, "pointed_at"> &
  Pick<ConversationRow, "began_at" | "message_count" | "usage"> & { running: number };

/** What every listing of sessions selects. */
export function selectSessions(db: Kysely<Tables>) {
  return db
    .selectFrom("sessions")
    .innerJoin("conversations", "conversations.session_id", "sessions.session_id")
    .selectAll("sessions")
    .select(["conversations.began_at", "conversations.message_count", "conversations.usage"])
    .select((eb) =>
      eb
        .selectFrom("turns")
        .select((inner) => inner.fn.countAll<number>().as("n"))
        .whereRef("turns.session_key", "=", "sessions.key")
        .where("turns.state", "=", sql.lit("running"))
        .$asScalar()
        .$notNull()
        .as("running"),
    );
}
