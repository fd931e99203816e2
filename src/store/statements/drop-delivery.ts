import { statement } from "../statement.ts";

/** Ends a held delivery unsent. */
export const dropDelivery = statement<{ id: string; settled_at: number }>((db, p) =>
  db
    .updateTable("outbox")
    .set({ state: "failed", error: "dropped by the owner", settled_at: p("settled_at") })
    .where("id", "=", p("id"))
    .where("state", "=", "held"),
);
