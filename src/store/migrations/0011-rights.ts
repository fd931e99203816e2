import type { Migration } from "./migration.ts";
import { primary, required } from "./columns.ts";

/** A ledger whose lines are sealed one behind the other, and what was erased of whom. */
export const rights: Migration = {
  name: "0011-rights",
  up: (db) => [
    // In the order of sealing, which is not that of `seq`: a transaction may commit late.
    db.schema
      .createTable("seals")
      .addColumn("n", "bigint", primary)
      .addColumn("event_seq", "bigint", required)
      .addColumn("at", "bigint", required)
      .addColumn("salt", "text", required)
      .addColumn("digest", "text", required)
      .addColumn("prev", "text", required)
      .addColumn("hash", "text", required),
    db.schema.createIndex("seals_by_event").unique().on("seals").column("event_seq"),
    db.schema
      .createTable("erasures")
      .addColumn("n", "bigint", primary)
      .addColumn("state", "text", required)
      .addColumn("began_at", "bigint", required)
      .addColumn("ended_at", "bigint")
      .addColumn("version", "text", required)
      .addColumn("salt", "text", required)
      // Who it is; gone when it is done.
      .addColumn("subject", "text")
      .addColumn("certificate", "text"),
    // What was removed, as counts and hashes, as it goes on.
    db.schema
      .createTable("erasure_parts")
      .addColumn("erasure", "bigint", required)
      .addColumn("number", "bigint", required)
      .addColumn("content", "text", required)
      .addPrimaryKeyConstraint("erasure_parts_pk", ["erasure", "number"]),
  ],
};
