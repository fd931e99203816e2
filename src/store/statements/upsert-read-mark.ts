import { statement } from "../statement.ts";
import type { ReadMarkRow } from "../tables.ts";

/** How far somebody has read on a device. */
export const upsertReadMark = statement<ReadMarkRow>((db, p) =>
  db
    .insertInto("read_marks")
    .values({ session_key: p("session_key"), who: p("who"), device: p("device"), session_id: p("session_id"), seq: p("seq"), at: p("at") })
    .onConflict((conflict) =>
      conflict.columns(["session_key", "who", "device"]).doUpdateSet((eb) => ({ session_id: eb.ref("excluded.session_id"), seq: eb.ref("excluded.seq"), at: eb.ref("excluded.at") })),
    ),
);
