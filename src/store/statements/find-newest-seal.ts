import { statement } from "../statement.ts";
import type { SealRow } from "../tables.ts";

/** The seal that the next one goes behind. */
export const findNewestSeal = statement<object, SealRow>((db) => db.selectFrom("seals").selectAll().orderBy("n", "desc").limit(1));
