import { statement } from "../statement.ts";
import { isHeld } from "./held-media.ts";

/** Forgets a file that nothing holds any more, however lately it was sent; 0 rows where something does. */
export const deleteUnheldMedia = statement<{ hash: string }>((db, p) =>
  db
    .deleteFrom("media")
    .where("hash", "=", p("hash"))
    .where((eb) => eb.not(eb.exists(eb.selectFrom("media_uses").select("media_uses.id").whereRef("media_uses.hash", "=", "media.hash").where((inner) => isHeld(inner as never))))),
);
