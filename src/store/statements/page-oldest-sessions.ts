import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { SessionRow } from "../tables.ts";

export type OldSession = Pick<SessionRow, "key" | "updated_at" | "session_id" | "chat_kind" | "model_override" | "model_last" | "pinned_at"> & {
  bytes: number;
  /** 0 where the conversation that it names is not there. */
  whole: number;
};

/** An agent's sessions from the one that was touched longest ago, each with what its conversations weigh. */
export const pageOldestSessions = statement<{ agent: string; after_at: number; after_key: string; limit: number }, OldSession>((db, p) =>
  db
    .selectFrom("sessions")
    .select((eb) => [
      "sessions.key",
      "sessions.updated_at",
      "sessions.session_id",
      "sessions.chat_kind",
      "sessions.model_override",
      "sessions.model_last",
      "sessions.pinned_at",
      eb
        .selectFrom("conversations")
        .innerJoin("sizes", "sizes.session_id", "conversations.session_id")
        .select(sql<number>`cast(coalesce(sum(sizes.bytes), 0) as bigint)`.as("sum"))
        .whereRef("conversations.key", "=", "sessions.key")
        .as("bytes"),
      eb
        .selectFrom("conversations as current")
        .select((inner) => inner.fn.countAll<number>().as("n"))
        .whereRef("current.session_id", "=", "sessions.session_id")
        .as("whole"),
    ])
    .where("sessions.agent_id", "=", p("agent"))
    .where((eb) => eb(eb.refTuple("sessions.updated_at", "sessions.key"), ">", eb.tuple(p("after_at"), p("after_key"))))
    .orderBy("sessions.updated_at")
    .orderBy("sessions.key")
    .limit(p("limit")) as never,
);
