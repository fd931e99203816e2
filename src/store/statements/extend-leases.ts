import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Keeps alive the turns that this holder has run for a while: those that just began, or are about to end, nobody has to wait for. */
export const extendLeases = statement<{ holder: string; due: number; lease_until: number }>((db, p) =>
  db
    .updateTable("turns")
    .set({ lease_until: p("lease_until") })
    .where("holder", "=", p("holder"))
    .where("state", "=", sql.lit("running"))
    .where("lease_until", ">", 0)
    .where("lease_until", "<", p("due")),
);
