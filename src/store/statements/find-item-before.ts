import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

/** What a sender said in a chat before an item. */
export const findItemBefore = statement<{ channel: string; account: string; chat: string; sender_id: string; before: number }, InboxRow>((db, p) =>
  db
    .selectFrom("inbox")
    .selectAll()
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where("sender_id", "=", p("sender_id"))
    .where("seq", "<", p("before"))
    .orderBy("seq", "desc")
    .limit(1),
);
