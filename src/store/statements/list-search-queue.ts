import { statement } from "../statement.ts";

/** What the index has not seen yet, the first noted first. */
export const listSearchQueue = statement<{ limit: number }, { seq: number; entry_id: string }>((db, p) =>
  db.selectFrom("search_queue").select(["seq", "entry_id"]).orderBy("seq").limit(p("limit")),
);
