import { statement } from "../statement.ts";
import type { EventRow } from "../tables.ts";

/** Lines of the ledger behind a number, in their order. */
export const pageEvents = statement<{ after: number; limit: number }, EventRow>((db, p) =>
  db.selectFrom("events").selectAll().where("seq", ">", p("after")).orderBy("seq").limit(p("limit")),
);
