import { statement } from "../statement.ts";

/** Files that nothing uses and that nobody has sent since. */
export const unusedMedia = statement<{ after: string; before: number; limit: number }, { hash: string }>((db, p) =>
  db
    .selectFrom("media")
    .select("hash")
    .where("hash", ">", p("after"))
    .where("last_at", "<", p("before"))
    .where((eb) => eb.not(eb.exists(eb.selectFrom("media_uses").select("media_uses.id").whereRef("media_uses.hash", "=", "media.hash"))))
    .orderBy("hash")
    .limit(p("limit")),
);
