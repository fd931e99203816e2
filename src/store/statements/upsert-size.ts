import { statement } from "../statement.ts";
import type { Tables } from "../tables.ts";

/** What a conversation weighs. */
export const upsertSize = statement<Tables["sizes"]>((db, p) =>
  db
    .insertInto("sizes")
    .values({ session_id: p("session_id"), bytes: p("bytes"), through_seq: p("through_seq") })
    .onConflict((on) => on.column("session_id").doUpdateSet((eb) => ({ bytes: eb.ref("excluded.bytes"), through_seq: eb.ref("excluded.through_seq") }))),
);
