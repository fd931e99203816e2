import { statement } from "../statement.ts";
import type { IdentityRow } from "../tables.ts";

/** All identities in the order of their key, a page at a time. */
export const pageIdentities = statement<{ channel: string; account: string; peer: string; limit: number }, IdentityRow>((db, p) =>
  db
    .selectFrom("identities")
    .selectAll()
    .where((eb) => eb(eb.refTuple("channel", "account", "peer"), ">", eb.tuple(p("channel"), p("account"), p("peer"))))
    .orderBy("channel")
    .orderBy("account")
    .orderBy("peer")
    .limit(p("limit")),
);
