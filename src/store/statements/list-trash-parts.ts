import { statement } from "../statement.ts";
import type { TrashPartRow } from "../tables.ts";

/** The first pieces of one kind. */
export const listTrashParts = statement<{ trash_id: string; kind: string; limit: number }, TrashPartRow>((db, p) =>
  db.selectFrom("trash_parts").selectAll().where("trash_id", "=", p("trash_id")).where("kind", "=", p("kind")).orderBy("number").limit(p("limit")),
);
