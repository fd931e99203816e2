import { statement } from "../statement.ts";
import type { ChangeRow } from "../tables.ts";

/** A change of who shares a conversation, or another state of one that waited. */
export const putChange = statement<ChangeRow>((db, p) =>
  db
    .insertInto("changes")
    .values({
      id: p("id"),
      cause: p("cause"),
      state: p("state"),
      mode: p("mode"),
      at: p("at"),
      before: p("before"),
      after: p("after"),
      summary: p("summary"),
      settled_at: p("settled_at"),
    })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet({
        cause: p("cause"),
        state: p("state"),
        mode: p("mode"),
        at: p("at"),
        before: p("before"),
        after: p("after"),
        summary: p("summary"),
        settled_at: p("settled_at"),
      }),
    ),
);
