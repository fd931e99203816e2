import { sql } from "kysely";
import { statement } from "../statement.ts";
import type { InboxRow } from "../tables.ts";

/** The items of a running turn, oldest first. */
export const listClaimedItems = statement<{ turn_id: string }, InboxRow>((db, p) =>
  db
    .selectFrom("inbox")
    .selectAll()
    .where("state", "=", sql.lit("claimed"))
    .where("turn_id", "=", p("turn_id"))
    .orderBy("seq"),
);
