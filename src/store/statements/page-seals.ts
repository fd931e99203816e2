import { statement } from "../statement.ts";
import type { EventRow, SealRow } from "../tables.ts";

/** A seal and the line that it seals; nulls where that is gone. */
export type SealedRow = SealRow & { readonly [Column in "event_at" | "kind" | "session_key" | "data"]: (Column extends "event_at" ? number : EventRow["data"]) | null };

/** Seals behind a number, in their order. */
export const pageSeals = statement<{ after: number; limit: number }, SealedRow>((db, p) =>
  db
    .selectFrom("seals")
    .leftJoin("events", "events.seq", "seals.event_seq")
    .select(["seals.n", "seals.event_seq", "seals.at", "seals.salt", "seals.digest", "seals.prev", "seals.hash"])
    .select(["events.at as event_at", "events.kind", "events.session_key", "events.data"])
    .where("seals.n", ">", p("after"))
    .orderBy("seals.n")
    .limit(p("limit")),
);
