import { statement } from "../statement.ts";
import { isHeld } from "./held-media.ts";

/** Files behind one of them that nothing holds, and that nobody has sent since. */
export const pageUnheldMedia = statement<{ after: string; before: number; limit: number }, { hash: string }>((db, p) =>
  db
    .selectFrom("media")
    .select("hash")
    .where("hash", ">", p("after"))
    .where("last_at", "<", p("before"))
    .where((eb) => eb.not(eb.exists(eb.selectFrom("media_uses").select("media_uses.id").whereRef("media_uses.hash", "=", "media.hash").where((inner) => isHeld(inner as never)))))
    .orderBy("hash")
    .limit(p("limit")),
);
