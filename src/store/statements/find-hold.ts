import { statement } from "../statement.ts";
import type { HoldRow } from "../tables.ts";

/** Why a delivery waits, or waited, for the owner's word. */
export const findHold = statement<{ delivery_id: string }, HoldRow>((db, p) => db.selectFrom("holds").selectAll().where("delivery_id", "=", p("delivery_id")));
