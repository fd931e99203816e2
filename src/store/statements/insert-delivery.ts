import { statement } from "../statement.ts";
import type { OutboxRow } from "../tables.ts";

/** A reply that has to reach its address. */
export const insertDelivery = statement<
  Omit<OutboxRow, "attempts" | "sent_parts" | "receipts" | "error" | "settled_at">
>((db, p) =>
  db.insertInto("outbox").values({
    id: p("id"),
    turn_id: p("turn_id"),
    session_key: p("session_key"),
    channel: p("channel"),
    account: p("account"),
    chat: p("chat"),
    thread: p("thread"),
    audience: p("audience"),
    peer: p("peer"),
    reply_to: p("reply_to"),
    text: p("text"),
    state: p("state"),
    due_at: p("due_at"),
    draft: p("draft"),
    created_at: p("created_at"),
  }),
);
