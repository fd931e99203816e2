import { statement } from "../statement.ts";
import type { AsideRow } from "../tables.ts";

/** What is beside a path, in the order of the entries' ids. */
export const pageAsides = statement<{ after: string; limit: number }, Pick<AsideRow, "entry_id">>((db, p) =>
  db.selectFrom("asides").select("entry_id").where("entry_id", ">", p("after")).orderBy("entry_id").limit(p("limit")),
);
