import { statement } from "../statement.ts";
import type { SealRow } from "../tables.ts";

/** Seals a line of the ledger. */
export const insertSeal = statement<SealRow>((db, p) =>
  db.insertInto("seals").values({ n: p("n"), event_seq: p("event_seq"), at: p("at"), salt: p("salt"), digest: p("digest"), prev: p("prev"), hash: p("hash") }),
);
