import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";

/** What stands in a conversation for what was said there, also where that was taken back. */
export const listSummaries = statement<{ session_id: string }, Pick<EntryRow, "seq" | "text" | "meta">>((db, p) =>
  db
    .selectFrom("entries")
    .select(["seq", "text", "meta"])
    .where("session_id", "=", p("session_id"))
    .where("role", "=", sql.lit("system"))
    .where("meta", "like", sql.lit('%"compaction":%'))
    .orderBy("seq"),
);
