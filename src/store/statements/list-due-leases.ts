import { sql } from "kysely";
import { statement } from "../statement.ts";

/** The turns that a holder has run for a while: those that just began, or are about to end, nobody has to wait for. */
export const listDueLeases = statement<{ holder: string; due: number }, { id: string }>((db, p) =>
  db
    .selectFrom("turns")
    .select("id")
    .where("holder", "=", p("holder"))
    .where("state", "=", sql.lit("running"))
    .where("lease_until", ">", 0)
    .where("lease_until", "<", p("due")),
);
