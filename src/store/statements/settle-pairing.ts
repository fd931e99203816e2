import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Answers a waiting request; 0 rows when it was answered, renewed under another code or has run out meanwhile. */
export const settlePairing = statement<{
  channel: string;
  account: string;
  sender_id: string;
  surface: string;
  code: string;
  state: string;
  expires_at: number;
  now: number;
}>((db, p) =>
  db
    .updateTable("pairings")
    .set({ state: p("state"), expires_at: p("expires_at") })
    .where("channel", "=", p("channel"))
    .where("account", "=", p("account"))
    .where("sender_id", "=", p("sender_id"))
    .where("surface", "=", p("surface"))
    .where("code", "=", p("code"))
    .where("state", "=", sql.lit("pending"))
    .where("expires_at", ">", p("now")),
);
