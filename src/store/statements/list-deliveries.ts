import { statement } from "../statement.ts";
import type { OutboxRow } from "../tables.ts";

/** Deliveries in one state, newest first. */
export const listDeliveries = statement<{ state: string; limit: number }, OutboxRow>((db, p) =>
  db.selectFrom("outbox").selectAll().where("state", "=", p("state")).orderBy("id", "desc").limit(p("limit")),
);
