import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";

/** Appends to a transcript. */
export const insertEntry = statement<EntryRow>((db, p) =>
  db.insertInto("entries").values({
    session_id: p("session_id"),
    seq: p("seq"),
    id: p("id"),
    session_key: p("session_key"),
    parent_id: p("parent_id"),
    turn_id: p("turn_id"),
    role: p("role"),
    text: p("text"),
    at: p("at"),
    channel: p("channel"),
    account: p("account"),
    chat: p("chat"),
    thread: p("thread"),
    sender_id: p("sender_id"),
    sender_name: p("sender_name"),
    person: p("person"),
    audience: p("audience"),
    model: p("model"),
    meta: p("meta"),
    message_id: p("message_id"),
  }),
);
