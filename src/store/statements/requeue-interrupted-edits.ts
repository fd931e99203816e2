import { sql } from "kysely";
import { statement } from "../statement.ts";

/** What was under way when the gateway died was the completion of a draft: doing that twice does no harm. */
export const requeueInterruptedEdits = statement<Record<never, never>>((db) =>
  db
    .updateTable("outbox")
    .set({ state: "pending" })
    .where("state", "=", sql.lit("sending"))
    .where("draft", "is not", null)
    .where("sent_parts", "=", 0),
);
