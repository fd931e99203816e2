import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Frees the turns of holders that are known to be dead: only one gateway may hold this store. */
export const expireForeignLeases = statement<{ holder: string }>((db, p) =>
  db
    .updateTable("turns")
    .set({ lease_until: 0 })
    .where("state", "=", sql.lit("running"))
    .where("holder", "!=", p("holder")),
);
