import { statement } from "../statement.ts";
import type { ErasurePartRow } from "../tables.ts";

/** What an erasure has removed so far. */
export const listErasureParts = statement<{ erasure: number; after: number; limit: number }, ErasurePartRow>((db, p) =>
  db.selectFrom("erasure_parts").selectAll().where("erasure", "=", p("erasure")).where("number", ">", p("after")).orderBy("number").limit(p("limit")),
);
