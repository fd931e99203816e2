import { statement } from "../statement.ts";

/** What something held is not held by it any more. */
export const deleteMediaUses = statement<{ kind: string; id: string }>((db, p) => db.deleteFrom("media_uses").where("kind", "=", p("kind")).where("id", "=", p("id")));
