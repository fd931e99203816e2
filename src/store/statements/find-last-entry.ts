import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";
import { onPath } from "./on-path.ts";

/** The last entry on the path before a position. */
export const findLastEntry = statement<{ session_id: string; before: number }, Pick<EntryRow, "id" | "seq">>((db, p) =>
  db
    .selectFrom("entries")
    .select(["id", "seq"])
    .where("session_id", "=", p("session_id"))
    .where("seq", "<", p("before"))
    .where(onPath)
    .orderBy("seq", "desc")
    .limit(sql.lit(1)),
);
