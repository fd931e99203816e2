import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Keeps a turn alive that its holder still runs. One row at a time: what locks several waits for others and makes them wait. */
export const extendLease = statement<{ id: string; holder: string; lease_until: number }>((db, p) =>
  db
    .updateTable("turns")
    .set({ lease_until: p("lease_until") })
    .where("id", "=", p("id"))
    .where("holder", "=", p("holder"))
    .where("state", "=", sql.lit("running"))
    .where("lease_until", ">", 0),
);
