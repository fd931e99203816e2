import { statement } from "../statement.ts";

export interface ConversationSize {
  session_id: string;
  key: string;
  entry_seq: number;
  agent_id: string;
  /** Null while it was never measured. */
  bytes: number | null;
  through_seq: number | null;
}

/** What conversations weigh as far as is known, a page at a time. */
export const pageConversationSizes = statement<{ after: string; limit: number }, ConversationSize>((db, p) =>
  db
    .selectFrom("conversations")
    .innerJoin("sessions", "sessions.key", "conversations.key")
    .leftJoin("sizes", "sizes.session_id", "conversations.session_id")
    .select(["conversations.session_id", "conversations.key", "conversations.entry_seq", "sessions.agent_id", "sizes.bytes", "sizes.through_seq"])
    .where("conversations.session_id", ">", p("after"))
    .orderBy("conversations.session_id")
    .limit(p("limit")),
);
