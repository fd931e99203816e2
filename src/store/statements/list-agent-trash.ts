import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { TrashRow } from "../tables.ts";

/** What of an agent can be restored, or is from before a time; the oldest first. */
export const listAgentTrash = statement<{ agent: string; before: number; limit: number }, TrashRow>((db, p) =>
  db
    .selectFrom("trash")
    .selectAll()
    .where("agent_id", "=", p("agent"))
    .where((eb) => eb.or([eb("state", "=", sql.lit("kept")), eb("at", "<", p("before"))]))
    .orderBy("id")
    .limit(p("limit")),
);
