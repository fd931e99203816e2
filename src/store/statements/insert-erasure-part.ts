import { statement } from "../statement.ts";
import type { ErasurePartRow } from "../tables.ts";

/** What one transaction of an erasure removed. */
export const insertErasurePart = statement<ErasurePartRow>((db, p) => db.insertInto("erasure_parts").values({ erasure: p("erasure"), number: p("number"), content: p("content") }));
