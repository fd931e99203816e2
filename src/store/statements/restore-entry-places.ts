import { statement } from "../statement.ts";

/** Puts a stretch of a step's entries back to where they stood. */
export const restoreEntryPlaces = statement<{ change_id: string; number: number; after: string; upto: string }>((db, p) =>
  db
    .updateTable("entries")
    .from("moved_entries")
    .set((eb) => ({
      session_id: eb.ref("moved_entries.session_id"),
      seq: eb.ref("moved_entries.seq"),
      session_key: eb.ref("moved_entries.session_key"),
      parent_id: eb.ref("moved_entries.parent_id"),
      person: eb.ref("moved_entries.person"),
      audience: eb.ref("moved_entries.audience"),
    }))
    .whereRef("entries.id", "=", "moved_entries.entry_id")
    .where("moved_entries.change_id", "=", p("change_id"))
    .where("moved_entries.number", "=", p("number"))
    .where("moved_entries.entry_id", ">", p("after"))
    .where("moved_entries.entry_id", "<=", p("upto")),
);
