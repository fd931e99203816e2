import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { PairingRow } from "../tables.ts";

/** Requests that wait for an answer and have not run out, oldest first; there are few (spec 1.5). */
export const listOpenPairings = statement<{ now: number }, PairingRow>((db, p) =>
  db
    .selectFrom("pairings")
    .selectAll()
    .where("state", "=", sql.lit("pending"))
    .where("expires_at", ">", p("now"))
    .orderBy("created_at")
    .orderBy("channel")
    .orderBy("account")
    .orderBy("sender_id"),
);
