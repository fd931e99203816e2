import { statement } from "../statement.ts";

/** The id under which the account behind this one is kept. */
export const findPeerAlias = statement<{ channel: string; alias: string }, { peer: string }>((db, p) =>
  db.selectFrom("peer_aliases").select("peer").where("channel", "=", p("channel")).where("alias", "=", p("alias")),
);
