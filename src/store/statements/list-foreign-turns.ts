import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Sessions in which a turn of another gateway runs that is taken to be alive. */
export const listForeignTurns = statement<{ holder: string; now: number; limit: number }, { session_key: string }>((db, p) =>
  db
    .selectFrom("turns")
    .select("session_key")
    .where("state", "=", sql.lit("running"))
    .where("holder", "!=", p("holder"))
    .where("lease_until", ">", p("now"))
    .limit(p("limit")),
);
