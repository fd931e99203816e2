import { statement } from "../statement.ts";
import type { ParticipantRow } from "../tables.ts";

/** Whose marker it is. */
export const findCanary = statement<{ canary: string }, ParticipantRow>((db, p) =>
  db.selectFrom("participants").selectAll().where("canary", "=", p("canary")).orderBy("last_at", "desc").limit(1),
);
