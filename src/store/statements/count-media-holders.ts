import { statement } from "../statement.ts";
import { isHeld } from "./held-media.ts";

/** How many entries, accepted messages and sessions in the trash hold a file that is kept. */
export const countMediaHolders = statement<{ hash: string }, { count: number }>((db, p) =>
  db
    .selectFrom("media_uses")
    .innerJoin("media", "media.hash", "media_uses.hash")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("media_uses.hash", "=", p("hash"))
    .where((eb) => isHeld(eb as never)),
);
