import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";

/** Where an entry belongs and who may read it; where it came from is never rewritten. */
export const placeEntry = statement<Pick<EntryRow, "id" | "session_id" | "seq" | "session_key" | "parent_id" | "person" | "audience">>(
  (db, p) =>
    db
      .updateTable("entries")
      .set({
        session_id: p("session_id"),
        seq: p("seq"),
        session_key: p("session_key"),
        parent_id: p("parent_id"),
        person: p("person"),
        audience: p("audience"),
      })
      .where("id", "=", p("id")),
);
