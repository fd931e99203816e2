import { sql } from "kysely";
import { statement } from "../statement.ts";

/** When the reply was committed that has waited longest to be sent; null while none waits. */
export const findOldestPending = statement<object, { at: number | null }>((db) =>
  db
    .selectFrom("outbox")
    .select((eb) => eb.fn.min<number | null>("created_at").as("at"))
    .where("state", "=", sql.lit("pending")),
);
