import { statement } from "../statement.ts";

/** Counts a refused message by its sender and reason; its text is not kept. */
export const upsertDrop = statement<{
  channel: string;
  account: string;
  chat: string;
  sender_id: string;
  sender_name: string | null;
  reason: string;
  at: number;
}>((db, p) =>
  db
    .insertInto("drops")
    .values({
      channel: p("channel"),
      account: p("account"),
      chat: p("chat"),
      sender_id: p("sender_id"),
      sender_name: p("sender_name"),
      reason: p("reason"),
      count: 1,
      first_at: p("at"),
      last_at: p("at"),
    })
    .onConflict((conflict) =>
      conflict
        .columns(["channel", "account", "chat", "sender_id", "reason"])
        .doUpdateSet((eb) => ({ count: eb("drops.count", "+", 1), last_at: p("at") })),
    ),
);
