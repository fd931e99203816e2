import { statement } from "../statement.ts";
import type { ChangeRow } from "../tables.ts";

/** Changes of who shares a conversation, newest first. */
export const listChanges = statement<{ limit: number }, ChangeRow>((db, p) => db.selectFrom("changes").selectAll().orderBy("id", "desc").limit(p("limit")));
