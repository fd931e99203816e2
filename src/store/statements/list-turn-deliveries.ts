import { statement } from "../statement.ts";
import type { OutboxRow } from "../tables.ts";

/** What a turn put on its way, the oldest first. */
export const listTurnDeliveries = statement<{ turn_id: string; limit: number }, OutboxRow>((db, p) =>
  db.selectFrom("outbox").selectAll().where("turn_id", "=", p("turn_id")).orderBy("id").limit(p("limit")),
);
