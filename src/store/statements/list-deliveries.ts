import { statement } from "../statement.ts";
import type { HoldRow, OutboxRow } from "../tables.ts";

export type ListedDelivery = OutboxRow & { readonly reason: HoldRow["reason"] | null };

/** Deliveries in one state, newest first. */
export const listDeliveries = statement<{ state: string; limit: number }, ListedDelivery>((db, p) =>
  db.selectFrom("outbox").leftJoin("holds", "holds.delivery_id", "outbox.id").selectAll("outbox").select("holds.reason").where("outbox.state", "=", p("state")).orderBy("outbox.id", "desc").limit(p("limit")),
);
