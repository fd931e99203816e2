import { statement } from "../statement.ts";

/** What an accepted message says from now on. */
export const rewriteItem = statement<{ seq: number; message: string }>((db, p) => db.updateTable("inbox").set({ message: p("message") }).where("seq", "=", p("seq")));
