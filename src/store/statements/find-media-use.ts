import { statement } from "../statement.ts";

/** Whether something said, or accepted, holds a file; what was removed is shown to nobody. */
export const findMediaUse = statement<{ hash: string }, { kind: string; id: string }>((db, p) =>
  db.selectFrom("media_uses").select(["kind", "id"]).where("hash", "=", p("hash")).where("kind", "!=", "trash").limit(1),
);
