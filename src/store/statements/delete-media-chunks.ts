import { statement } from "../statement.ts";

/** Removes the pieces of a file, of which the last one is older than a time. */
export const deleteMediaChunks = statement<{ hash: string; before: number }>((db, p) => db.deleteFrom("media_chunks").where("hash", "=", p("hash")).where("at", "<", p("before")));
