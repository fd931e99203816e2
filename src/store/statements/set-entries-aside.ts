import { sql } from "kysely";
import { statement } from "../statement.ts";
import { onPath } from "./on-path.ts";

/** Takes what stands after a position off the path; nothing is removed. */
export const setEntriesAside = statement<{ session_id: string; after: number; branch: string }>((db, p) =>
  db
    .insertInto("asides")
    .columns(["entry_id", "branch"])
    .expression(
      db
        .selectFrom("entries")
        .select(["entries.id", sql<string>`cast(${p("branch")} as text)`.as("branch")])
        .where("entries.session_id", "=", p("session_id"))
        .where("entries.seq", ">", p("after"))
        .where(onPath),
    ),
);
