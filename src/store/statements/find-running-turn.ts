import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { TurnRow } from "../tables.ts";

/** The turn that holds a session, whoever runs it. */
export const findRunningTurn = statement<{ session_key: string }, TurnRow>((db, p) =>
  db
    .selectFrom("turns")
    .selectAll()
    .where("session_key", "=", p("session_key"))
    .where("state", "=", sql.lit("running")),
);
