import { statement } from "../statement.ts";
import type { TurnRow } from "../tables.ts";

/** One turn, whatever became of it. */
export const findTurn = statement<{ id: string }, TurnRow>((db, p) => db.selectFrom("turns").selectAll().where("id", "=", p("id")));
