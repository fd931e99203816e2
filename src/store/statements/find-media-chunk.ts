import { statement } from "../statement.ts";

export const findMediaChunk = statement<{ hash: string; number: number }, { content: Uint8Array }>((db, p) =>
  db.selectFrom("media_chunks").select("content").where("hash", "=", p("hash")).where("number", "=", p("number")),
);
