import { sql } from "kysely";
import { statement } from "../statement.ts";

/** What the next entries of a conversation weigh: their number, the last one's place, and the bytes of their texts. */
export const measureEntries = statement<{ session_id: string; after: number; limit: number }, { count: number; last: number | null; bytes: number | null }>((db, p) =>
  db
    .selectFrom(
      db
        .selectFrom("entries")
        .select(["seq", sql<number>`octet_length(text) + coalesce(octet_length(meta), 0)`.as("size")])
        .where("session_id", "=", p("session_id"))
        .where("seq", ">", p("after"))
        .orderBy("seq")
        .limit(p("limit"))
        .as("page"),
    )
    .select((eb) => [eb.fn.countAll<number>().as("count"), eb.fn.max<number | null>("seq").as("last"), sql<number | null>`cast(sum(size) as bigint)`.as("bytes")]),
);
