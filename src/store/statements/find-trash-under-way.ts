import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { TrashRow } from "../tables.ts";

/** What was begun and is not done yet, the oldest first. */
export const findTrashUnderWay = statement<object, TrashRow>((db) =>
  db
    .selectFrom("trash")
    .selectAll()
    .where("state", "in", [sql.lit("moving"), sql.lit("restoring"), sql.lit("purging")])
    .orderBy("id")
    .limit(1),
);
