import { statement } from "../statement.ts";
import type { SignalRow } from "../tables.ts";

/** Something for the other gateways; answers its number. */
export const insertSignal = statement<Omit<SignalRow, "seq">, Pick<SignalRow, "seq">>((db, p) =>
  db.insertInto("signals").values({ at: p("at"), gateway: p("gateway"), kind: p("kind"), body: p("body") }).returning("seq"),
);
