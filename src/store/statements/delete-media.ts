import { statement } from "../statement.ts";

/** Forgets a file that nothing uses and that nobody has sent since; 0 rows when that is not so any more. */
export const deleteMedia = statement<{ hash: string; before: number }>((db, p) =>
  db
    .deleteFrom("media")
    .where("hash", "=", p("hash"))
    .where("last_at", "<", p("before"))
    .where((eb) => eb.not(eb.exists(eb.selectFrom("media_uses").select("media_uses.id").whereRef("media_uses.hash", "=", "media.hash")))),
);
