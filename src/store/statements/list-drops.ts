import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { DropRow } from "../tables.ts";

/** What was refused of one sender on a channel, the latest first. An empty account or chat matches all. */
export const listDrops = statement<{ channel: string; account: string; chat: string; sender_id: string; limit: number }, DropRow>((db, p) =>
  db
    .selectFrom("drops")
    .selectAll()
    .where("channel", "=", p("channel"))
    .where("sender_id", "=", p("sender_id"))
    .where((eb) => eb.or([eb(eb.val(p("account")), "=", sql.lit("")), eb("account", "=", p("account"))]))
    .where((eb) => eb.or([eb(eb.val(p("chat")), "=", sql.lit("")), eb("chat", "=", p("chat"))]))
    .orderBy("last_at", "desc")
    .limit(p("limit")) as never,
);
