import { statement } from "../statement.ts";
import type { TrashRow } from "../tables.ts";

/** How far a session has come on its way into the trash, or out of it. */
export const advanceTrash = statement<Pick<TrashRow, "id" | "state" | "at" | "entries" | "parts" | "bytes">>((db, p) =>
  db
    .updateTable("trash")
    .set({ state: p("state"), at: p("at"), entries: p("entries"), parts: p("parts"), bytes: p("bytes") })
    .where("id", "=", p("id")),
);
