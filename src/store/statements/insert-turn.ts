import { statement } from "../statement.ts";
import type { TurnRow } from "../tables.ts";

/** Begins a turn: the row is the session's lease. */
export const insertTurn = statement<Omit<TurnRow, "ended_at" | "draft" | "error" | "state">>((db, p) =>
  db.insertInto("turns").values({
    id: p("id"),
    run_id: p("run_id"),
    session_key: p("session_key"),
    session_id: p("session_id"),
    agent_id: p("agent_id"),
    state: "running",
    attempt: p("attempt"),
    holder: p("holder"),
    fence: p("fence"),
    lease_until: p("lease_until"),
    started_at: p("started_at"),
    channel: p("channel"),
    account: p("account"),
    chat: p("chat"),
    thread: p("thread"),
    audience: p("audience"),
    reply_to: p("reply_to"),
  }),
);
