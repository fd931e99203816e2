import { statement } from "../statement.ts";

/** Whoever is to hold a file, or to forget it, waits until this transaction is over. */
export const lockMedia = statement<{ hash: string }>((db, p) => db.updateTable("media").set((eb) => ({ last_at: eb.ref("last_at") })).where("hash", "=", p("hash")));
