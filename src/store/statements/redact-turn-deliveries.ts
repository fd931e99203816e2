import { statement } from "../statement.ts";

/** What a turn's replies said is not kept any more. */
export const redactTurnDeliveries = statement<{ turn_id: string; text: string }>((db, p) =>
  db.updateTable("outbox").set({ text: p("text") }).where("turn_id", "=", p("turn_id")).where("state", "!=", "pending").where("state", "!=", "sending"),
);
