import { statement } from "../statement.ts";
import type { TryRow } from "../tables.ts";

export const upsertTries = statement<TryRow>((db, p) =>
  db
    .insertInto("tries")
    .values({ ref: p("ref"), what: p("what"), since: p("since"), count: p("count") })
    .onConflict((conflict) => conflict.columns(["ref", "what"]).doUpdateSet({ since: p("since"), count: p("count") })),
);
