import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Puts the second account beside the first; 0 rows when another was faster. */
export const redeemAgreement = statement<{ id: string; redeemer_ref: string; redeemer: string; expires_at: number }>((db, p) =>
  db
    .updateTable("agreements")
    .set({ state: "redeemed", redeemer_ref: p("redeemer_ref"), redeemer: p("redeemer"), expires_at: p("expires_at") })
    .where("id", "=", p("id"))
    .where("state", "=", sql.lit("open")),
);
