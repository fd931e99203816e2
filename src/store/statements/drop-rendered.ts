import { statement } from "../statement.ts";

/** A reply that has arrived needs its parts no more. */
export const dropRendered = statement<{ delivery_id: string }>((db, p) => db.deleteFrom("rendered").where("delivery_id", "=", p("delivery_id")));
