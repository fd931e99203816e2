import { statement } from "../statement.ts";

/** The item that a platform's message id made, with its run's state. Some platforms count per chat. */
export const findInboxItem = statement<
  { channel: string; account: string; chat: string; message_id: string },
  { id: string; run_id: string; session_key: string; state: string }
>((db, p) =>
  db
    .selectFrom("inbox")
    .select(["id", "run_id", "session_key", "state"])
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where("message_id", "=", p("message_id")),
);
