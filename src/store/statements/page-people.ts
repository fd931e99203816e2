import { statement } from "../statement.ts";
import type { PersonRow } from "../tables.ts";

/** All persons in the order of their ids, a page at a time. */
export const pagePeople = statement<{ after: string; limit: number }, PersonRow>((db, p) =>
  db.selectFrom("people").selectAll().where("id", ">", p("after")).orderBy("id").limit(p("limit")),
);
