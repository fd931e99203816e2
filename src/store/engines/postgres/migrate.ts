import type { Pool, PoolClient } from "pg";
import { ContinuoError } from "../../../domain/errors.ts";
import { MIGRATIONS, oldestReader } from "../../migrations/index.ts";
import { postgresBuilder } from "../dialect.ts";

/** One gateway at a time brings the tables up to date; the others wait for it: "CNTM". */
const LOCK = 0x434e_544d;

interface SchemaRow {
  readonly version: number;
  readonly oldest_reader: number;
}

async function readVersion(client: PoolClient): Promise<SchemaRow> {
  const { rows } = await client.query<SchemaRow>("select version, oldest_reader from continuo_schema");
  return rows[0] ?? { version: 0, oldest_reader: 0 };
}

/**
 * Brings the tables up to date, one transaction a migration. A gateway of an older version goes on beside one that has
 * migrated, as long as what was added does not concern it (`breaking` in migrations/migration.ts). Throws STORE_NEWER.
 */
export async function migratePostgres(pool: Pool, to = MIGRATIONS.length): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`select pg_advisory_lock(${LOCK}, hashtext(current_schema()))`);
    await client.query("create table if not exists continuo_schema (only_row integer primary key check (only_row = 1), version integer not null, oldest_reader integer not null)");
    const known = await readVersion(client);
    if (known.oldest_reader > MIGRATIONS.length) {
      throw new ContinuoError("STORE_NEWER", `The database has schema ${known.version}, which needs a version of Continuo that knows schema ${known.oldest_reader}; this one knows up to ${MIGRATIONS.length}.`);
    }
    for (let version = known.version + 1; version <= to; version++) await runMigration(client, version);
  } finally {
    // The lock goes with the connection.
    client.release(true);
  }
}

async function runMigration(client: PoolClient, version: number): Promise<void> {
  const migration = MIGRATIONS[version - 1];
  if (!migration) return;
  await client.query("begin");
  try {
    for (const step of migration.up(postgresBuilder(), "postgres")) await client.query(step.compile().sql);
    await client.query("insert into continuo_schema values (1, $1, $2) on conflict (only_row) do update set version = excluded.version, oldest_reader = excluded.oldest_reader", [version, oldestReader(version)]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}
