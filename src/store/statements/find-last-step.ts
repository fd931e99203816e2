import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { StepRow } from "../tables.ts";

/** The newest step that led to a session id and still stands. */
export const findLastStep = statement<{ to_session: string }, StepRow>((db, p) =>
  db
    .selectFrom("steps")
    .selectAll()
    .where("to_session", "=", p("to_session"))
    .where("undone_at", "is", sql.lit(null))
    .orderBy("id", "desc")
    .limit(sql.lit(1)),
);
