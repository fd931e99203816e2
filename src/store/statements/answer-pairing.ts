import { sql } from "kysely";
import { statement } from "../statement.ts";

/** A request that was answered in another way than by its code. */
export const answerPairing = statement<{ channel: string; account: string; sender_id: string }>((db, p) =>
  db
    .updateTable("pairings")
    .set({ state: "approved" })
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("sender_id", "=", p("sender_id"))
    .where("state", "=", sql.lit("pending")),
);
