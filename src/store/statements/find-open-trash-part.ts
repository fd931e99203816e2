import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { TrashPartRow } from "../tables.ts";

/** A conversation in the trash of which entries are still to come. */
export const findOpenTrashPart = statement<{ trash_id: string }, TrashPartRow>((db, p) =>
  db.selectFrom("trash_parts").selectAll().where("trash_id", "=", p("trash_id")).where("open", "=", sql.lit(1)).orderBy("number").limit(1),
);
