import { statement } from "../statement.ts";

/** A file that is kept was sent again; 0 rows when it is not kept. */
export const touchMedia = statement<{ hash: string; at: number }>((db, p) => db.updateTable("media").set({ last_at: p("at") }).where("hash", "=", p("hash")));
