import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";

/** The last entry of a conversation, on the path or not, also of one that is not whole yet. */
export const findNewestEntry = statement<{ session_id: string }, Pick<EntryRow, "seq" | "id" | "session_key">>((db, p) =>
  db.selectFrom("entries").select(["seq", "id", "session_key"]).where("session_id", "=", p("session_id")).orderBy("seq", "desc").limit(sql.lit(1)),
);
