import { statement } from "../statement.ts";
import type { RenderedRow } from "../tables.ts";

/** Keeps the parts of a reply before the first is sent; those that are kept already stay. */
export const putRendered = statement<RenderedRow>((db, p) =>
  db
    .insertInto("rendered")
    .values({ delivery_id: p("delivery_id"), parts: p("parts") })
    .onConflict((conflict) => conflict.column("delivery_id").doNothing()),
);
