import { statement } from "../statement.ts";
import type { EntryRow } from "../tables.ts";

/** Where an entry stands. */
export const findEntryPlace = statement<{ id: string }, Pick<EntryRow, "session_id" | "session_key">>((db, p) =>
  db.selectFrom("entries").select(["session_id", "session_key"]).where("id", "=", p("id")),
);
