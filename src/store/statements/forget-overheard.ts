import { statement } from "../statement.ts";

/** What was overheard and taken back on the platform is gone. */
export const forgetOverheard = statement<{ channel: string; account: string; chat: string; message_id: string }>((db, p) =>
  db
    .deleteFrom("overheard")
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where("message_id", "=", p("message_id")),
);
