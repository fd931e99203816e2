import { statement } from "../statement.ts";

/** What was overheard says from now on; 0 rows where the sender said nothing of that id there. */
export const rewriteOverheard = statement<{ channel: string; account: string; chat: string; message_id: string; sender_id: string; text: string }>((db, p) =>
  db
    .updateTable("overheard")
    .set({ text: p("text") })
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where("message_id", "=", p("message_id"))
    .where("sender_id", "=", p("sender_id")),
);
