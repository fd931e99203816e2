import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";

/** What says whose an entry is, without its text. */
export type EntryPlace = Pick<
  EntryRow,
  "id" | "seq" | "turn_id" | "role" | "channel" | "account" | "chat" | "thread" | "sender_id" | "person"
> & {
  aside: string | null;
  /** 1: it sums up what was said by whoever spoke there. */
  summary: number;
};

/** A conversation's entries after a position, oldest first, without what was said. */
export const listEntryPlaces = statement<{ session_id: string; after: number; limit: number }, EntryPlace>((db, p) =>
  db
    .selectFrom("entries")
    .leftJoin("asides", "asides.entry_id", "entries.id")
    .select(["id", "seq", "turn_id", "role", "channel", "account", "chat", "thread", "sender_id", "person", "asides.branch as aside"])
    .select(sql<number>`case when role = 'system' and meta like '%"compaction":%' then 1 else 0 end`.as("summary"))
    .where("session_id", "=", p("session_id"))
    .where("seq", ">", p("after"))
    .orderBy("seq")
    .limit(p("limit")),
);
