import { statement } from "../statement.ts";

/** All entries of this conversation are in the trash. */
export const closeTrashPart = statement<{ trash_id: string; number: number }>((db, p) =>
  db.updateTable("trash_parts").set({ open: 0 }).where("trash_id", "=", p("trash_id")).where("number", "=", p("number")),
);
