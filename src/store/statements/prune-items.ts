import { sql } from "kysely";
import { statement } from "../statement.ts";

/**
 * Removes the ended items of a stretch that are older than a time and of which no conversation tells. What a conversation
 * is made of stays as long as it does.
 */
export const pruneItems = statement<{ after: number; through: number; before: number }>((db, p) =>
  db
    .deleteFrom("inbox")
    .where("seq", ">", p("after"))
    .where("seq", "<=", p("through"))
    .where("accepted_at", "<", p("before"))
    .where("state", "in", [sql.lit("done"), sql.lit("dropped"), sql.lit("failed"), sql.lit("withdrawn")])
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("turns")
            .innerJoin("conversations", "conversations.session_id", "turns.session_id")
            .select("turns.id")
            .whereRef("turns.id", "=", "inbox.turn_id"),
        ),
      ),
    ),
);
