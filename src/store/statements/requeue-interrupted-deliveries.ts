import { sql } from "kysely";
import { statement } from "../statement.ts";

/** What was under way through a channel when the gateway died goes on: its platform tells a repetition by its nonce. */
export const requeueInterruptedDeliveries = statement<{ channel: string }>((db, p) =>
  db.updateTable("outbox").set({ state: sql.lit("pending") }).where("state", "=", sql.lit("sending")).where("channel", "=", p("channel")),
);
