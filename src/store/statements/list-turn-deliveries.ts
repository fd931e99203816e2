import { statement } from "../statement.ts";
import type { ListedDelivery } from "./list-deliveries.ts";

/** What went out for a turn, or is to, in order, with why it waited for the owner, if it did. */
export const listTurnDeliveries = statement<{ turn_id: string; limit: number }, ListedDelivery>((db, p) =>
  db
    .selectFrom("outbox")
    .leftJoin("holds", "holds.delivery_id", "outbox.id")
    .selectAll("outbox")
    .select("holds.reason")
    .where("outbox.turn_id", "=", p("turn_id"))
    .orderBy("outbox.id")
    .limit(p("limit")),
);
