import { sql } from "kysely";
import { statement } from "../statement.ts";

/** A copy of an entry holds what the entry holds. */
export const copyMediaUses = statement<{ from: string; to: string }>((db, p) =>
  db
    .insertInto("media_uses")
    .columns(["kind", "id", "hash"])
    .expression(
      db
        .selectFrom("media_uses")
        .select(["kind", sql<string>`cast(${p("to")} as text)`.as("id"), "hash"])
        .where("kind", "=", "entry")
        .where("id", "=", p("from")),
    )
    .onConflict((on) => on.doNothing()),
);
