import { statement } from "../statement.ts";
import type { PrivateChatRow } from "../tables.ts";

/** What is said in a chat is kept by no table from now on. */
export const openPrivateChat = statement<PrivateChatRow>((db, p) =>
  db
    .insertInto("private_chats")
    .values({
      channel: p("channel"),
      account: p("account"),
      chat: p("chat"),
      thread_key: p("thread_key"),
      session_key: p("session_key"),
      audience: p("audience"),
      peer: p("peer"),
      gateway: p("gateway"),
      since: p("since"),
    })
    .onConflict((conflict) => conflict.columns(["channel", "account", "chat", "thread_key"]).doUpdateSet((eb) => ({ gateway: eb.ref("excluded.gateway"), since: eb.ref("excluded.since") }))),
);
