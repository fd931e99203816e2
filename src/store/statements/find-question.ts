import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";
import { onPath } from "./on-path.ts";

/** Where one of the last questions stands: 0 is the newest. What was overheard before it belongs to it by its turn. */
export const findQuestion = statement<{ session_id: string; back: number }, Pick<EntryRow, "seq" | "turn_id" | "text">>((db, p) =>
  db
    .selectFrom("entries")
    .select(["seq", "turn_id", "text"])
    .where("session_id", "=", p("session_id"))
    .where("role", "=", sql.lit("user"))
    .where(onPath)
    .orderBy("seq", "desc")
    .limit(sql.lit(1))
    .offset(p("back")),
);
