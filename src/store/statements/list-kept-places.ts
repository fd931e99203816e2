import { statement } from "../statement.ts";

/** The entries that a step moved, in the order of their ids, a page at a time. */
export const listKeptPlaces = statement<{ change_id: string; number: number; after: string; limit: number }, { entry_id: string }>((db, p) =>
  db
    .selectFrom("moved_entries")
    .select("entry_id")
    .where("change_id", "=", p("change_id"))
    .where("number", "=", p("number"))
    .where("entry_id", ">", p("after"))
    .orderBy("entry_id")
    .limit(p("limit")),
);
