import { statement } from "../statement.ts";

/** The salt of a line that was rewritten; 0 rows where it is not sealed yet. */
export const resaltSeal = statement<{ event_seq: number; salt: string }>((db, p) =>
  db.updateTable("seals").set({ salt: p("salt") }).where("event_seq", "=", p("event_seq")),
);
