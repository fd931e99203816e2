import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Hands a turn back unfinished: the next claim takes it up at once, as the same attempt. */
export const releaseTurn = statement<{ id: string; fence: number; attempt: number }>((db, p) =>
  db
    .updateTable("turns")
    .set({ lease_until: 0, attempt: p("attempt") })
    .where("id", "=", p("id"))
    .where("fence", "=", p("fence"))
    .where("state", "=", sql.lit("running")),
);
