import { statement } from "../statement.ts";

/** Nothing names a file any more, not even what is gone itself. */
export const deleteFileUses = statement<{ hash: string }>((db, p) => db.deleteFrom("media_uses").where("hash", "=", p("hash")));
