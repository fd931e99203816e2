import { statement } from "../statement.ts";

/** Writes a fact about this store. */
export const upsertMeta = statement<{ name: string; value: string }>((db, p) =>
  db
    .insertInto("meta")
    .values({ name: p("name"), value: p("value") })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: p("value") })),
);
