import { statement } from "../statement.ts";

/** Why a delivery waits for the owner's word. */
export const upsertHold = statement<{ delivery_id: string; reason: string; since: number }>((db, p) =>
  db
    .insertInto("holds")
    .values({ delivery_id: p("delivery_id"), reason: p("reason"), since: p("since"), released_at: null })
    .onConflict((conflict) => conflict.column("delivery_id").doNothing()),
);
