import { statement } from "../statement.ts";

/** Claims the one notice that a stranger gets; 0 rows when it was given before. */
export const markDropNotified = statement<{ channel: string; account: string; chat: string; sender_id: string; reason: string }>(
  (db, p) =>
    db
      .updateTable("drops")
      .set({ notified: 1 })
      .where("channel", "=", p("channel"))
      .where("account", "=", p("account"))
      .where("chat", "=", p("chat"))
      .where("sender_id", "=", p("sender_id"))
      .where("reason", "=", p("reason"))
      .where("notified", "=", 0),
);
