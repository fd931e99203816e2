import { statement } from "../statement.ts";
import type { InForceRow } from "../tables.ts";

/** What decides from now on. */
export const putInForce = statement<InForceRow>((db, p) =>
  db
    .insertInto("in_force")
    .values({ name: p("name"), value: p("value"), since: p("since") })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: p("value"), since: p("since") })),
);
