import { statement } from "../statement.ts";

/** Puts a delivery aside until the owner has looked at it. */
export const holdDelivery = statement<{ id: string }>((db, p) =>
  db.updateTable("outbox").set({ state: "held" }).where("id", "=", p("id")).where("state", "in", ["pending", "sending"]),
);
