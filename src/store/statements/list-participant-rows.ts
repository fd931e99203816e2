import { statement } from "../statement.ts";
import type { ParticipantRow } from "../tables.ts";

/** Who spoke in a session, each from where: everything that is kept of them. */
export const listParticipantRows = statement<{ session_key: string }, ParticipantRow>((db, p) =>
  db
    .selectFrom("participants")
    .selectAll()
    .where("session_key", "=", p("session_key"))
    .orderBy("channel")
    .orderBy("account")
    .orderBy("chat")
    .orderBy("thread_key")
    .orderBy("sender_id"),
);
