import { statement } from "../statement.ts";
import type { OutboxRow } from "../tables.ts";
import { selectDeliveries } from "./list-deliveries.ts";

/** What went out for a turn, or is to, in order. */
export const listTurnDeliveries = statement<{ turn_id: string; limit: number }, OutboxRow>(
  (db, p) => selectDeliveries(db).where("outbox.turn_id", "=", p("turn_id")).orderBy("outbox.id").limit(p("limit")) as never,
);
