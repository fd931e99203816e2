import { statement } from "../statement.ts";
import type { PeerAliasRow } from "../tables.ts";

/** 0 rows when the id is known already: it never moves to another account by itself (P10). */
export const insertPeerAlias = statement<PeerAliasRow>((db, p) =>
  db
    .insertInto("peer_aliases")
    .values({ channel: p("channel"), alias: p("alias"), peer: p("peer"), learned_at: p("learned_at") })
    .onConflict((conflict) => conflict.columns(["channel", "alias"]).doNothing()),
);
