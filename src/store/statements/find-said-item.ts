import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

/** The whole item that a platform's message id made. */
export const findSaidItem = statement<{ channel: string; account: string; chat: string; message_id: string }, InboxRow>((db, p) =>
  db
    .selectFrom("inbox")
    .selectAll()
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where("message_id", "=", p("message_id")),
);
