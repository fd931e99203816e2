import { statement } from "../statement.ts";

/** The last number that an erasure was given. */
export const findNewestErasure = statement<object, { n: number }>((db) => db.selectFrom("erasures").select("n").orderBy("n", "desc").limit(1));
