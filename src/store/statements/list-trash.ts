import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { TrashRow } from "../tables.ts";

/** What can be restored, the newest first. */
export const listTrash = statement<{ limit: number }, Omit<TrashRow, "session" | "parts">>((db, p) =>
  db
    .selectFrom("trash")
    .select(["id", "session_key", "agent_id", "reason", "state", "at", "entries", "bytes"])
    .where("state", "=", sql.lit("kept"))
    .orderBy("id", "desc")
    .limit(p("limit")),
);
