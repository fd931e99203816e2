import { statement } from "../statement.ts";
import type { AsideRow } from "../tables.ts";

/** Takes an entry off the path that models and readers are shown; a second time is as once. */
export const putAside = statement<AsideRow>((db, p) =>
  db
    .insertInto("asides")
    .values({ entry_id: p("entry_id"), branch: p("branch") })
    .onConflict((conflict) => conflict.column("entry_id").doNothing()),
);
