import { sql } from "kysely";
import { statement } from "../statement.ts";

export interface OldSession {
  key: string;
  updated_at: number;
  bytes: number;
}

/** An agent's sessions from the one that was touched longest ago, each with what its conversations weigh. */
export const pageOldestSessions = statement<{ agent: string; after_at: number; after_key: string; limit: number }, OldSession>((db, p) =>
  db
    .selectFrom("sessions")
    .select((eb) => [
      "sessions.key",
      "sessions.updated_at",
      eb
        .selectFrom("conversations")
        .innerJoin("sizes", "sizes.session_id", "conversations.session_id")
        .select(sql<number>`cast(coalesce(sum(sizes.bytes), 0) as bigint)`.as("sum"))
        .whereRef("conversations.key", "=", "sessions.key")
        .as("bytes"),
    ])
    .where("sessions.agent_id", "=", p("agent"))
    .where((eb) => eb(eb.refTuple("sessions.updated_at", "sessions.key"), ">", eb.tuple(p("after_at"), p("after_key"))))
    .orderBy("sessions.updated_at")
    .orderBy("sessions.key")
    .limit(p("limit")) as never,
);
