import { statement } from "../statement.ts";
import type { MediaRow } from "../tables.ts";

/** Says that a file is kept whole, and when it was sent last. */
export const upsertMedia = statement<Omit<MediaRow, "first_at" | "last_at"> & { at: number }>((db, p) =>
  db
    .insertInto("media")
    .values({ hash: p("hash"), type: p("type"), size: p("size"), first_at: p("at"), last_at: p("at") })
    .onConflict((on) => on.column("hash").doUpdateSet((eb) => ({ last_at: eb.ref("excluded.last_at") }))),
);
