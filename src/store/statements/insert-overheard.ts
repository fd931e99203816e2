import { statement } from "../statement.ts";
import type { OverheardRow } from "../tables.ts";

/** Keeps what was said without naming the agent; a message that comes again is kept once. */
export const insertOverheard = statement<Omit<OverheardRow, "seq">>((db, p) =>
  db
    .insertInto("overheard")
    .values({
      channel: p("channel"),
      account: p("account"),
      chat: p("chat"),
      thread: p("thread"),
      thread_key: p("thread_key"),
      sender_id: p("sender_id"),
      sender_name: p("sender_name"),
      message_id: p("message_id"),
      text: p("text"),
      at: p("at"),
    })
    .onConflict((conflict) => conflict.doNothing()),
);
