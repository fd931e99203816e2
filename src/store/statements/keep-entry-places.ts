import { sql } from "kysely";
import { statement } from "../statement.ts";

/** Notes where a stretch of a conversation stands before a change moves it. */
export const keepEntryPlaces = statement<{ change_id: string; number: number; session_id: string; after: number; upto: number }>((db, p) =>
  db
    .insertInto("moved_entries")
    .columns(["change_id", "number", "entry_id", "session_id", "seq", "session_key", "parent_id", "person", "audience"])
    .expression(
      db
        .selectFrom("entries")
        .where("session_id", "=", p("session_id"))
        .where("seq", ">", p("after"))
        .where("seq", "<=", p("upto"))
        .select((eb) => [
          eb.cast<string>(eb.val(p("change_id")), "text").as("change_id"),
          eb.cast<number>(eb.val(p("number")), sql`integer`).as("number"),
          "id as entry_id",
          "session_id",
          "seq",
          "session_key",
          "parent_id",
          "person",
          "audience",
        ]),
    ),
);
