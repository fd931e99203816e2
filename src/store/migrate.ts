import type { DatabaseSync } from "node:sqlite";
import { ContinuoError } from "../domain/errors.ts";
import { sqliteBuilder } from "./engines/dialect.ts";
import { firstSchema } from "./migrations/0001-first-schema.ts";
import { peopleAndWalls } from "./migrations/0002-people-and-walls.ts";
import type { Migration } from "./migrations/migration.ts";

/** In order; a number is never reused, a migration that has been released is never edited. */
const MIGRATIONS: readonly Migration[] = [firstSchema, peopleAndWalls];

/** Brings the schema up to date, one transaction a migration, so that a kill between two leaves a valid one. */
export function migrateSqlite(database: DatabaseSync): void {
  const row = database.prepare("pragma user_version").get() as { user_version: number };
  const newest = MIGRATIONS.length;
  if (row.user_version > newest) {
    throw new ContinuoError("STORE_NEWER", `The database has schema ${row.user_version}; this version of Continuo knows up to ${newest}.`);
  }
  const builder = sqliteBuilder();
  for (let version = row.user_version + 1; version <= newest; version++) {
    const migration = MIGRATIONS[version - 1];
    if (!migration) continue;
    database.exec("begin immediate");
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
