import { statement } from "../statement.ts";

/** A piece that is back where it came from. */
export const deleteTrashPart = statement<{ trash_id: string; number: number }>((db, p) =>
  db.deleteFrom("trash_parts").where("trash_id", "=", p("trash_id")).where("number", "=", p("number")),
);
