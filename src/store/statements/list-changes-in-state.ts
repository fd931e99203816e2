import { statement } from "../statement.ts";
import type { ChangeRow } from "../tables.ts";

/** Changes in one state, newest first. */
export const listChangesInState = statement<{ state: string; limit: number }, ChangeRow>((db, p) =>
  db.selectFrom("changes").selectAll().where("state", "=", p("state")).orderBy("id", "desc").limit(p("limit")),
);
