import { statement } from "../statement.ts";
import type { IdentityRow } from "../tables.ts";

/** To whom an account of a channel belongs. */
export const findIdentity = statement<{ channel: string; account: string; peer: string }, IdentityRow>((db, p) =>
  db.selectFrom("identities").selectAll().where("channel", "=", p("channel")).where("account", "=", p("account")).where("peer", "=", p("peer")),
);
