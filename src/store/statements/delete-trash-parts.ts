import { statement } from "../statement.ts";

/** Pieces from the last on. */
export const deleteTrashParts = statement<{ trash_id: string; from: number }>((db, p) =>
  db.deleteFrom("trash_parts").where("trash_id", "=", p("trash_id")).where("number", ">=", p("from")),
);
