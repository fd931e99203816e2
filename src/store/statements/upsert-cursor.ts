import { statement } from "../statement.ts";

/** Moves a polling channel's place. */
export const upsertCursor = statement<{ channel: string; account: string; name: string; value: string }>((db, p) =>
  db
    .insertInto("cursors")
    .values({ channel: p("channel"), account: p("account"), name: p("name"), value: p("value") })
    .onConflict((conflict) => conflict.columns(["channel", "account", "name"]).doUpdateSet({ value: p("value") })),
);
