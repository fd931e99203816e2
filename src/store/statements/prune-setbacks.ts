import { statement } from "../statement.ts";

/** Forgets what went wrong with items that are gone. */
export const pruneSetbacks = statement<{ before: number }>((db, p) =>
  db
    .deleteFrom("setbacks")
    .where("at", "<", p("before"))
    .where((eb) => eb.not(eb.exists(eb.selectFrom("inbox").select("inbox.id").whereRef("inbox.id", "=", "setbacks.item_id")))),
);
