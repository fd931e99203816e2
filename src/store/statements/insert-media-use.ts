import { statement } from "../statement.ts";
import type { MediaUseRow } from "../tables.ts";

/** Something holds a file from now on. */
export const insertMediaUse = statement<MediaUseRow>((db, p) =>
  db.insertInto("media_uses").values({ kind: p("kind"), id: p("id"), hash: p("hash") }).onConflict((on) => on.doNothing()),
);
