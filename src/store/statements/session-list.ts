import { sql, type Kysely } from "kysely";
import type { Param } from "../statement.ts";
import type { ConversationRow, SessionRow, Tables } from "../tables.ts";

/** A session with what its current conversation counts. */
export type SessionListRow = Omit<SessionRow, "pointed_at"> &
  Pick<ConversationRow, "began_at" | "message_count" | "usage" | "title" | "preview" | "compactions" | "compacted_at"> & { running: number };

/** What every listing of sessions selects. */
export function selectSessions(db: Kysely<Tables>) {
  return db
    .selectFrom("sessions")
    .innerJoin("conversations", "conversations.session_id", "sessions.session_id")
    .selectAll("sessions")
    .select(["conversations.began_at", "conversations.message_count", "conversations.usage", "conversations.title", "conversations.preview", "conversations.compactions", "conversations.compacted_at"])
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

export interface ShownPage {
  readonly since: number;
  readonly limit: number;
  readonly offset: number;
}

/** What a list shows unless more is asked: neither pinned nor archived, newest first, a page at a time. */
export function selectShown(db: Kysely<Tables>, p: Param<ShownPage>) {
  return selectSessions(db)
    .where("sessions.updated_at", ">=", p("since"))
    .where("sessions.pinned_at", "is", null)
    .where("sessions.archived_at", "is", null)
    .orderBy("sessions.updated_at", "desc")
    .orderBy("sessions.key", "desc")
    .limit(p("limit"))
    .offset(p("offset"));
}
