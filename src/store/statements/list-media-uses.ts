import { statement } from "../statement.ts";

/** What something holds. */
export const listMediaUses = statement<{ kind: string; id: string }, { hash: string }>((db, p) =>
  db.selectFrom("media_uses").select("hash").where("kind", "=", p("kind")).where("id", "=", p("id")).orderBy("hash"),
);
