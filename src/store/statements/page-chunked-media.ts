import { statement } from "../statement.ts";

/** Files of which the database holds pieces, by the age of the first one. */
export const pageChunkedMedia = statement<{ after: string; limit: number }, { hash: string; at: number }>((db, p) =>
  db.selectFrom("media_chunks").select(["hash", "at"]).where("hash", ">", p("after")).where("number", "=", 0).orderBy("hash").limit(p("limit")),
);
