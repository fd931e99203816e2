import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";
import { onPath } from "./on-path.ts";

export type SaidEntry = Pick<EntryRow, "id" | "session_id" | "seq" | "session_key" | "sender_id" | "text" | "meta"> & {
  /** 0: a rewind or an edit has set it aside. */
  shown: number;
};

/** What stands in the transcripts of a platform's message: also in copies, and what was set aside. */
export const listSaidEntries = statement<{ channel: string; account: string; chat: string; message_id: string }, SaidEntry>((db, p) =>
  db
    .selectFrom("entries")
    .select(["id", "session_id", "seq", "session_key", "sender_id", "text", "meta"])
    .select((eb) => eb.case().when(onPath(eb)).then(1).else(0).end().as("shown"))
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("chat", "=", p("chat"))
    .where("message_id", "=", p("message_id"))
    .orderBy("id"),
);
