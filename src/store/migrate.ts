import type { DatabaseSync } from "node:sqlite";
import { ContinuoError } from "../domain/errors.ts";
import { sqliteBuilder } from "./engines/dialect.ts";
import { MIGRATIONS } from "./migrations/index.ts";

/** How many migrations a database has seen. */
export function schemaVersion(database: DatabaseSync): number {
  return (database.prepare("pragma user_version").get() as { user_version: number }).user_version;
}

/** How many there are. */
export function newestSchema(): number {
  return MIGRATIONS.length;
}

/** An earlier version of Continuo wrote it: this one cannot read it before it is brought up to date. */
export function isOutdated(database: DatabaseSync): boolean {
  return schemaVersion(database) < MIGRATIONS.length;
}

/**
 * Brings the schema up to date, one transaction a migration, so that a kill between two leaves a valid one. `to` is for
 * those who want an older one.
 */
export function migrateSqlite(database: DatabaseSync, to = MIGRATIONS.length): void {
  const known = schemaVersion(database);
  if (known > MIGRATIONS.length) {
    throw new ContinuoError("STORE_NEWER", `The database has schema ${known}; this version of Continuo knows up to ${MIGRATIONS.length}.`);
  }
  const builder = sqliteBuilder();
  for (let version = known + 1; version <= to; version++) {
    const migration = MIGRATIONS[version - 1];
    if (!migration) continue;
    database.exec("begin immediate");
    // Another process may have done it while this one waited for its turn.
    if (schemaVersion(database) >= version) {
      database.exec("rollback");
      continue;
    }
    try {
      for (const step of migration.up(builder, "sqlite")) database.exec(step.compile().sql);
      database.exec(`pragma user_version = ${version}`);
      database.exec("commit");
    } catch (error) {
      database.exec("rollback");
      throw error;
    }
  }
}
