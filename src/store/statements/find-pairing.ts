import { statement } from "../statement.ts";
import type { PairingRow } from "../tables.ts";

/** What a sender has asked for on a surface of an account. */
export const findPairing = statement<{ channel: string; account: string; sender_id: string; surface: string }, PairingRow>((db, p) =>
  db
    .selectFrom("pairings")
    .selectAll()
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("sender_id", "=", p("sender_id"))
    .where("surface", "=", p("surface")),
);
