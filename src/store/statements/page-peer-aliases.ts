import { statement } from "../statement.ts";
import type { PeerAliasRow } from "../tables.ts";

/** All other ids of accounts in the order of their key, a page at a time. */
export const pagePeerAliases = statement<{ channel: string; alias: string; limit: number }, PeerAliasRow>((db, p) =>
  db
    .selectFrom("peer_aliases")
    .selectAll()
    .where((eb) => eb(eb.refTuple("channel", "alias"), ">", eb.tuple(p("channel"), p("alias"))))
    .orderBy("channel")
    .orderBy("alias")
    .limit(p("limit")),
);
