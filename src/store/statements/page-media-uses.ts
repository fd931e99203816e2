import { statement } from "../statement.ts";
import type { MediaUseRow } from "../tables.ts";

/** Uses of one kind behind one of them, and whether what used the file is still there. */
export const pageMediaUses = statement<{ kind: string; after: string; limit: number }, MediaUseRow & { item: string | null; entry: string | null; trash: string | null }>((db, p) =>
  db
    .selectFrom("media_uses")
    .select((eb) => [
      "kind",
      "id",
      "hash",
      eb.selectFrom("inbox").select("inbox.id").whereRef("inbox.id", "=", "media_uses.id").limit(1).as("item"),
      eb.selectFrom("entries").select("entries.id").whereRef("entries.id", "=", "media_uses.id").limit(1).as("entry"),
      eb.selectFrom("trash").select("trash.id").whereRef("trash.id", "=", "media_uses.id").limit(1).as("trash"),
    ])
    .where("kind", "=", p("kind"))
    .where("id", ">", p("after"))
    .orderBy("id")
    .limit(p("limit")),
);
