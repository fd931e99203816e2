import { statement } from "../statement.ts";
import type { PrivateChatRow } from "../tables.ts";

/** A chat is on the record again. */
export const closePrivateChat = statement<Pick<PrivateChatRow, "channel" | "account" | "chat" | "thread_key">>((db, p) =>
  db
    .deleteFrom("private_chats")
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where("thread_key", "=", p("thread_key")),
);
