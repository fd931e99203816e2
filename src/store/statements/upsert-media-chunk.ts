import { statement } from "../statement.ts";
import type { MediaChunkRow } from "../tables.ts";

/** Keeps a piece of a file. */
export const upsertMediaChunk = statement<MediaChunkRow>((db, p) =>
  db
    .insertInto("media_chunks")
    .values({ hash: p("hash"), number: p("number"), at: p("at"), content: p("content") })
    .onConflict((on) => on.columns(["hash", "number"]).doUpdateSet((eb) => ({ at: eb.ref("excluded.at") }))),
);
