import { statement } from "../statement.ts";

/** Lets go of a room's overheard messages, up to and with one. */
export const dropOverheard = statement<{ channel: string; account: string; chat: string; thread_key: string; through: number }>((db, p) =>
  db
    .deleteFrom("overheard")
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where("thread_key", "=", p("thread_key"))
    .where("seq", "<=", p("through")),
);
