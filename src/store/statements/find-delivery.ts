import { statement } from "../statement.ts";
import type { OutboxRow } from "../tables.ts";

/** What became of a reply, and what it says to whom. */
export const findDelivery = statement<{ id: string }, OutboxRow>((db, p) => db.selectFrom("outbox").selectAll().where("id", "=", p("id")));
