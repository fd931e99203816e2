import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

/** One item by its own id. */
export const findInboxById = statement<{ id: string }, InboxRow>((db, p) => db.selectFrom("inbox").selectAll().where("id", "=", p("id")));
