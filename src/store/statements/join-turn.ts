import { sql } from "kysely";
import { statement } from "../statement.ts";

/** More messages join a running turn; 0 rows when another holder has taken it over. */
export const joinTurn = statement<{ id: string; fence: number; reply_to: string | null }>((db, p) =>
  db
    .updateTable("turns")
    .set({ reply_to: p("reply_to") })
    .where("id", "=", p("id"))
    .where("fence", "=", p("fence"))
    .where("state", "=", sql.lit("running")),
);
