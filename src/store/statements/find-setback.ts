import { statement } from "../statement.ts";
import type { SetbackRow } from "../tables.ts";

/** Why a message could not be taken by a turn, and how often that was tried. */
export const findSetback = statement<{ item_id: string }, SetbackRow>((db, p) => db.selectFrom("setbacks").selectAll().where("item_id", "=", p("item_id")));
