import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Keeps alive all turns that this holder runs. */
export const extendLeases = statement<{ holder: string; lease_until: number }>((db, p) =>
  db
    .updateTable("turns")
    .set({ lease_until: p("lease_until") })
    .where("holder", "=", p("holder"))
    .where("state", "=", sql.lit("running"))
    .where("lease_until", ">", 0),
);
