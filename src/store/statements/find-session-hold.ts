import { sql } from "kysely";
import { statement } from "../statement.ts";

/** A reply of this session that waits for the owner already. */
export const findSessionHold = statement<{ session_key: string }, { id: string }>((db, p) =>
  db.selectFrom("outbox").select("id").where("session_key", "=", p("session_key")).where("state", "=", sql.lit("held")).limit(1),
);
