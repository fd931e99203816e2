import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";

/** The key that an entry is under and who may read it; its place in its conversation stays. */
export const readdressEntry = statement<Pick<EntryRow, "session_id" | "seq" | "session_key" | "person" | "audience">>((db, p) =>
  db
    .updateTable("entries")
    .set({ session_key: p("session_key"), person: p("person"), audience: p("audience") })
    .where("session_id", "=", p("session_id"))
    .where("seq", "=", p("seq")),
);
