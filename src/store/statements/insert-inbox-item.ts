import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

/** Accepts a message; 0 rows when its (channel, account, message id) is already there. */
export const insertInboxItem = statement<Omit<InboxRow, "seq" | "turn_id" | "dropped">>((db, p) =>
  db
    .insertInto("inbox")
    .values({
      id: p("id"),
      run_id: p("run_id"),
      agent_id: p("agent_id"),
      session_key: p("session_key"),
      state: p("state"),
      message_id: p("message_id"),
      accepted_at: p("accepted_at"),
      channel: p("channel"),
      account: p("account"),
      chat: p("chat"),
      thread: p("thread"),
      sender_id: p("sender_id"),
      sender_name: p("sender_name"),
      person: p("person"),
      audience: p("audience"),
      message: p("message"),
      why: p("why"),
    })
    .onConflict((conflict) => conflict.doNothing()),
);
