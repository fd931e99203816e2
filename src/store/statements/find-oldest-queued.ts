import { sql } from "kysely";
import { statement } from "../statement.ts";

/** When the message was accepted that has waited longest for its turn to begin; null while none waits. */
export const findOldestQueued = statement<object, { at: number | null }>((db) =>
  db
    .selectFrom("inbox")
    .select((eb) => eb.fn.min<number | null>("accepted_at").as("at"))
    .where("state", "=", sql.lit("queued")),
);
