import { sql } from "kysely";
import { statement } from "../statement.ts";

/** A platform call that was noted and not made: the reply waits again, whatever another gateway has taken the note for. */
export const takeBackDelivery = statement<{ id: string; attempts: number }>((db, p) =>
  db
    .updateTable("outbox")
    .set({ state: sql.lit("pending") })
    .where("id", "=", p("id"))
    .where("attempts", "=", p("attempts"))
    .where("state", "in", [sql.lit("sending"), sql.lit("unknown")]),
);
