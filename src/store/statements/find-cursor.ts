import { statement } from "../statement.ts";

/** Where a polling channel stands. */
export const findCursor = statement<{ channel: string; account: string; name: string }, { value: string }>((db, p) =>
  db
    .selectFrom("cursors")
    .select("value")
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("name", "=", p("name")),
);
