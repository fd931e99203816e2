import { sql, type Compilable, type Kysely } from "kysely";
import type { Tables } from "../tables.ts";
import { counter, primary, required } from "./columns.ts";
import type { DialectName } from "../statement.ts";
import type { Migration } from "./migration.ts";

/** Who works on this database, what each of them alone may do, and what they tell each other. */
function clusterTables(db: Kysely<Tables>, dialect: DialectName) {
  return [
    db.schema
      .createTable("gateways")
      .addColumn("id", "text", primary)
      .addColumn("version", "text", required)
      .addColumn("address", "text", required)
      .addColumn("started_at", "bigint", required)
      .addColumn("lease_until", "bigint", required),
    db.schema
      .createTable("leases")
      .addColumn("name", "text", primary)
      .addColumn("holder", "text", required)
      .addColumn("fence", "bigint", required)
      .addColumn("lease_until", "bigint", required)
      .addColumn("since", "bigint", required),
    counter(db.schema.createTable("signals"), dialect)
      .addColumn("at", "bigint", required)
      .addColumn("gateway", "text", required)
      .addColumn("kind", "text", required)
      .addColumn("body", "text", required),
    db.schema.createIndex("signals_by_time").on("signals").column("at"),
    db.schema.createTable("world").addColumn("id", "integer", primary).addColumn("epoch", "bigint", required),
    db.insertInto("world").values({ id: sql.lit(1), epoch: sql.lit(0) }),
  ];
}

/** What every gateway keeps in memory: who is who, who shares what, and what was said last. */
const REMEMBERED: readonly (readonly [table: string, events: string])[] = [
  ...["people", "identities", "peer_aliases", "approvals", "in_force", "changes"].map((table) => [table, "insert or update or delete"] as const),
  // What is added is read where it is missed; what is changed afterwards is not.
  ["entries", "update"],
];

/** Whoever changes who is who raises the epoch, whether they think of it or not; only several gateways need it. */
function epochTriggers(db: Kysely<Tables>, dialect: DialectName): Compilable[] {
  if (dialect !== "postgres") return [];
  const statements = [
    "create function continuo_raise_epoch() returns trigger language plpgsql as $$ begin update world set epoch = epoch + 1; return null; end $$",
    ...REMEMBERED.map(([table, events]) => `create trigger ${table}_epoch after ${events} on ${table} for each statement execute function continuo_raise_epoch()`),
  ];
  return statements.map((text) => ({ compile: () => sql.raw<never>(text).compile(db) }));
}

export const sharedWork: Migration = {
  name: "0003-shared-work",
  up: (db, dialect) => [...clusterTables(db, dialect), ...epochTriggers(db, dialect)],
};
