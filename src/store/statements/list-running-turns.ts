import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { TurnRow } from "../tables.ts";

/** What is being answered, by whichever gateway, the longest first. */
export const listRunningTurns = statement<{ limit: number }, Pick<TurnRow, "session_key" | "agent_id" | "channel" | "started_at" | "attempt" | "lease_until">>((db, p) =>
  db
    .selectFrom("turns")
    .select(["session_key", "agent_id", "channel", "started_at", "attempt", "lease_until"])
    .where("state", "=", sql.lit("running"))
    .orderBy("started_at")
    .limit(p("limit")),
);
