import { sql } from "kysely";
import { statement } from "../statement.ts";

/** What was under way when its gateway died, on one channel or (null) on all, was the completion of a draft: doing that twice does no harm. */
export const requeueInterruptedEdits = statement<{ channel: string | null }>((db, p) =>
  db
    .updateTable("outbox")
    .set({ state: "pending" })
    .where("state", "=", sql.lit("sending"))
    .where("channel", "=", (eb) => eb.fn.coalesce(eb.cast<string>(eb.val(p("channel")), "text"), "channel"))
    .where("draft", "is not", null)
    .where("sent_parts", "=", 0),
);
