import { statement } from "../statement.ts";
import type { EventRow } from "../tables.ts";

/** Lines of the ledger behind a number that have no seal yet. */
export const listUnsealedEvents = statement<{ after: number; limit: number }, EventRow>((db, p) =>
  db
    .selectFrom("events")
    .selectAll()
    .where("seq", ">", p("after"))
    .where((eb) => eb.not(eb.exists(eb.selectFrom("seals").select("seals.n").whereRef("seals.event_seq", "=", "events.seq"))))
    .orderBy("seq")
    .limit(p("limit")),
);
