import { statement } from "../statement.ts";

/** Counts that a message could not be taken by a turn, and keeps why. */
export const upsertSetback = statement<{ item_id: string; error: string; at: number }>((db, p) =>
  db
    .insertInto("setbacks")
    .values({ item_id: p("item_id"), tries: 1, error: p("error"), at: p("at") })
    .onConflict((conflict) => conflict.column("item_id").doUpdateSet((eb) => ({ tries: eb("setbacks.tries", "+", 1), error: p("error"), at: p("at") }))),
);
