import { statement } from "../statement.ts";
import type { TrashPartRow } from "../tables.ts";

/** A piece of a session that is being removed. */
export const insertTrashPart = statement<TrashPartRow>((db, p) =>
  db.insertInto("trash_parts").values({
    trash_id: p("trash_id"),
    number: p("number"),
    kind: p("kind"),
    session_id: p("session_id"),
    open: p("open"),
    content: p("content"),
  }),
);
