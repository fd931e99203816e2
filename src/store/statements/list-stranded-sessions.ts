import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Sessions with messages that have waited since before `before`, and no turn that anybody runs: their gateway is gone. */
export const listStrandedSessions = statement<{ before: number; now: number; after: string; limit: number }, { session_key: string }>((db, p) =>
  db
    .selectFrom("inbox")
    .select("inbox.session_key")
    .distinct()
    .where("inbox.state", "=", sql.lit("queued"))
    .where("inbox.accepted_at", "<", p("before"))
    .where("inbox.session_key", ">", p("after"))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("turns")
            .select("turns.id")
            .whereRef("turns.session_key", "=", "inbox.session_key")
            .where("turns.state", "=", sql.lit("running"))
            .where("turns.lease_until", ">", p("now")),
        ),
      ),
    )
    .orderBy("inbox.session_key")
    .limit(p("limit")),
);
