import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { ParticipantRow } from "../tables.ts";

/** Who speaks in sessions in which more than one does, session by session. */
export const listSharedSpeakers = statement<{ limit: number }, ParticipantRow>((db, p) =>
  db
    .selectFrom("participants")
    .selectAll()
    .where("session_key", "in", (eb) =>
      eb
        .selectFrom("participants")
        .select("session_key")
        .groupBy("session_key")
        .having((inner) => inner.fn.countAll(), ">", sql.lit(1)),
    )
    .orderBy("session_key")
    .limit(p("limit")),
);
