import { statement } from "../statement.ts";
import type { MoveRow } from "../tables.ts";

export const listMoves = statement<Record<never, never>, MoveRow>((db) => db.selectFrom("moves").selectAll().orderBy("at", "desc"));
