import { statement } from "../statement.ts";
import type { OverheardRow } from "../tables.ts";

/** What was overheard in a room, oldest first. */
export const listOverheard = statement<{ channel: string; account: string; chat: string; thread_key: string }, OverheardRow>((db, p) =>
  db
    .selectFrom("overheard")
    .selectAll()
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where("thread_key", "=", p("thread_key"))
    .orderBy("seq"),
);
