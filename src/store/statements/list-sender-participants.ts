import { statement } from "../statement.ts";
import type { ParticipantRow } from "../tables.ts";

/** Where somebody has spoken, newest first. */
export const listSenderParticipants = statement<{ channel: string; sender_id: string; limit: number }, ParticipantRow>((db, p) =>
  db
    .selectFrom("participants")
    .selectAll()
    .where("channel", "=", p("channel"))
    .where("sender_id", "=", p("sender_id"))
    .orderBy("last_at", "desc")
    .limit(p("limit")),
);
