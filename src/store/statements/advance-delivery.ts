import { statement } from "../statement.ts";

/** Records that one more part has reached the platform. */
export const advanceDelivery = statement<{ id: string; state: string; sent_parts: number; receipts: string; settled_at: number | null }>(
  (db, p) =>
    db
      .updateTable("outbox")
      .set({ state: p("state"), sent_parts: p("sent_parts"), receipts: p("receipts"), settled_at: p("settled_at"), error: null })
      .where("id", "=", p("id")),
);
