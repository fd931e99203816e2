import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Ends a turn; 0 rows when another holder has taken it over. */
export const finishTurn = statement<{ id: string; fence: number; state: string; ended_at: number; error: string | null }>(
  (db, p) =>
    db
      .updateTable("turns")
      .set({ state: p("state"), ended_at: p("ended_at"), error: p("error"), lease_until: 0 })
      .where("id", "=", p("id"))
      .where("fence", "=", p("fence"))
      .where("state", "=", sql.lit("running")),
);
