import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { TrashRow } from "../tables.ts";

/** What of an agent can be restored, or is from before a time; the oldest first. An empty reason is any. */
export const listAgentTrash = statement<{ agent: string; reason: string; before: number; limit: number }, TrashRow>((db, p) =>
  db
    .selectFrom("trash")
    .selectAll()
    .where("agent_id", "=", p("agent"))
    .where((eb) => eb.or([eb(eb.val(p("reason")), "=", sql.lit("")), eb("reason", "=", p("reason"))]))
    .where((eb) => eb.or([eb("state", "=", sql.lit("kept")), eb("at", "<", p("before"))]))
    .orderBy("id")
    .limit(p("limit")) as never,
);
