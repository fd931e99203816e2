import { statement } from "../statement.ts";
import type { TrashRow } from "../tables.ts";

/** What was removed of an agent, the oldest first. */
export const listAgentTrash = statement<{ agent: string; limit: number }, TrashRow>((db, p) =>
  db.selectFrom("trash").selectAll().where("agent_id", "=", p("agent")).orderBy("id").limit(p("limit")),
);
