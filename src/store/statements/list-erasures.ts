import { statement } from "../statement.ts";
import type { ErasureRow } from "../tables.ts";

/** Erasures in a state, the newest first. */
export const listErasures = statement<{ state: string; limit: number }, ErasureRow>((db, p) =>
  db.selectFrom("erasures").selectAll().where("state", "=", p("state")).orderBy("n", "desc").limit(p("limit")),
);
