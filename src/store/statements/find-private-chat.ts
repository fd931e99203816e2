import { statement } from "../statement.ts";
import type { PrivateChatRow } from "../tables.ts";

/** Whether a chat is off the record, and with which gateway. */
export const findPrivateChat = statement<Pick<PrivateChatRow, "channel" | "account" | "chat" | "thread_key">, PrivateChatRow>((db, p) =>
  db
    .selectFrom("private_chats")
    .selectAll()
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where("thread_key", "=", p("thread_key")),
);
