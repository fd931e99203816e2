import { statement } from "../statement.ts";
import type { OverheardRow } from "../tables.ts";

/** Whether a platform's message was overheard, and waits for somebody who names the agent. */
export const findOverheard = statement<{ channel: string; account: string; chat: string; message_id: string }, Pick<OverheardRow, "seq">>((db, p) =>
  db
    .selectFrom("overheard")
    .select("seq")
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where("message_id", "=", p("message_id")),
);
