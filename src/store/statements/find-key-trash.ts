import { statement } from "../statement.ts";
import type { TrashRow } from "../tables.ts";

/** What was removed last under a key and is in this state. */
export const findKeyTrash = statement<{ session_key: string; state: string }, TrashRow>((db, p) =>
  db.selectFrom("trash").selectAll().where("session_key", "=", p("session_key")).where("state", "=", p("state")).orderBy("id", "desc").limit(1),
);
