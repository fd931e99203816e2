import { statement } from "../statement.ts";

export const deleteIdentity = statement<{ channel: string; account: string; peer: string }>((db, p) =>
  db.deleteFrom("identities").where("channel", "=", p("channel")).where("account", "=", p("account")).where("peer", "=", p("peer")),
);
