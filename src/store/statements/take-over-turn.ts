import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Takes a turn whose lease ran out; the fence refuses its former holder from then on. */
export const takeOverTurn = statement<{
  id: string;
  fence: number;
  next_fence: number;
  attempt: number;
  holder: string;
  lease_until: number;
}>((db, p) =>
  db
    .updateTable("turns")
    .set({ holder: p("holder"), fence: p("next_fence"), attempt: p("attempt"), lease_until: p("lease_until") })
    .where("id", "=", p("id"))
    .where("fence", "=", p("fence"))
    .where("state", "=", sql.lit("running")),
);
