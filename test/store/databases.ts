/**
 * Databases of the run's PostgreSQL server, a fresh one for each state directory: a copy of a migrated template, which
 * takes some ten milliseconds. Whoever begins a run (scripts/test.ts, or a test file on its own) prepares the server
 * and clears it; every other process and thread of the run finds it in its environment.
 */
import { randomBytes } from "node:crypto";
import { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isMainThread, threadId } from "node:worker_threads";
import pg from "pg";
import { openStoreAt } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { startPostgresServer, type PostgresServer } from "../servers/postgres-server.ts";

/** A server that may create databases, given from outside. */
const GIVEN = "CONTINUO_TEST_POSTGRES_URL";
/** The template of a run that has begun: its URL is GIVEN. */
const TEMPLATE = "CONTINUO_TEST_POSTGRES_TEMPLATE";

/** As a gateway has by default. */
const CONNECTIONS = 4;

export interface PreparedServer {
  /** For every process of the run. */
  readonly env: Readonly<Record<string, string>>;
  /** Removes every database of the run, and the server when it is the run's own. */
  clear(): Promise<void>;
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

/** Numbers as numbers: counts and times in ms. */
const types = { getTypeParser: (oid: number, format?: "text" | "binary") => (oid === 20 || oid === 1700 ? Number : pg.types.getTypeParser(oid, format as "text")) } as pg.CustomTypesConfig;

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, types });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** A connection that breaks because its server is ended is told to whoever asks for something. */
/** Nobody writes to a table until what this resolves to is called; whoever reads does not notice. */
export async function lockTable(url: string, table: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`begin; lock table ${table} in share mode`);
  return () => client.end();
}

export function openDatabase(url: string): Promise<Store> {
  return openStoreAt({ path: "", url, connections: CONNECTIONS, onError: () => undefined });
}

/** The server's own background workers come by (autovacuum), and may be sent away by nobody but its superuser: they leave soon. */
const WORKER_THERE = "42501";
const WORKER_LEAVES_WITHIN_MS = 20_000;

async function dropNamed(client: pg.Client, name: string): Promise<void> {
  for (const deadline = Date.now() + WORKER_LEAVES_WITHIN_MS; ; await sleep(50)) {
    try {
      await client.query(`drop database if exists "${name}" with (force)`);
      return;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== WORKER_THERE || Date.now() > deadline) throw error;
    }
  }
}

async function dropAll(server: string, template: string): Promise<void> {
  await withClient(server, async (client) => {
    const { rows } = await client.query<{ datname: string }>("select datname from pg_database where starts_with(datname, $1)", [template]);
    for (const { datname } of rows) await dropNamed(client, datname);
  });
}

/** Begins a run: on the server that the environment names, or on one of its own. Rejects with NoPostgres where none can be. */
export async function prepareServer(options: { readonly durable?: boolean } = {}): Promise<PreparedServer> {
  const given = process.env[GIVEN];
  const own: PostgresServer | null = given === undefined ? await startPostgresServer(options) : null;
  const server = own?.url ?? given ?? "";
  const template = `continuo_test_${randomBytes(5).toString("hex")}`;
  const clear = async (): Promise<void> => (own === null ? dropAll(server, template) : own.stop());
  try {
    await withClient(server, (client) => client.query(`create database ${template}`));
    await (await openDatabase(urlOf(server, template))).close();
  } catch (error) {
    await clear();
    throw error;
  }
  return { env: { [GIVEN]: server, [TEMPLATE]: template }, clear };
}

/** For a process that may be the first of its run: it then prepares the server, and clears it when its tests are over. */
export async function joinRun(): Promise<void> {
  if (process.env[TEMPLATE] !== undefined) return;
  const isGiven = process.env[GIVEN] !== undefined;
  if (!isMainThread) throw new Error("The thread was started before its process had a PostgreSQL server.");
  const prepared = await prepareServer();
  Object.assign(process.env, prepared.env);
  // A server of its own goes when the process does; until then other hooks may still close what they have open.
  if (isGiven) after(() => prepared.clear());
}

const count = { made: 0 };
/** A connection for whoever looks into a database again and again; it keeps no process from its end. */
const readers = new Map<string, pg.Pool>();

function readerOf(url: string): pg.Pool {
  const known = readers.get(url);
  if (known !== undefined) return known;
  const pool = new pg.Pool({ connectionString: url, types, max: 1, allowExitOnIdle: true });
  pool.on("error", () => undefined); // the database was removed, or its server ended: whoever asks next is told
  readers.set(url, pool);
  return pool;
}

async function forgetReader(url: string): Promise<void> {
  const pool = readers.get(url);
  readers.delete(url);
  await pool?.end();
}

function runs(): { readonly server: string; readonly template: string } {
  const [server, template] = [process.env[GIVEN], process.env[TEMPLATE]];
  if (server === undefined || template === undefined) throw new Error("This run has no PostgreSQL server; CONTINUO_TEST_ENGINE=postgres brings one.");
  return { server, template };
}

/** The URL of a new database with the newest schema and nothing in it. */
export async function createDatabase(): Promise<string> {
  const { server, template } = runs();
  const name = `${template}_${process.pid}_${threadId}_${++count.made}`;
  // In memory a copy of the files is quicker than a copy through the log.
  await withClient(server, (client) => client.query(`create database ${name} template ${template} strategy file_copy`));
  return urlOf(server, name);
}

export async function dropDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await forgetReader(url);
  await withClient(runs().server, (client) => dropNamed(client, name));
}

/** A copy of a database that nobody is connected to. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const [source, copy] = [new URL(from).pathname.slice(1), new URL(to).pathname.slice(1)];
  await Promise.all([forgetReader(from), forgetReader(to)]);
  await withClient(runs().server, async (client) => {
    await dropNamed(client, copy);
    await client.query(`create database "${copy}" template "${source}" strategy file_copy`);
  });
}

export async function script(url: string, sql: string): Promise<void> {
  await readerOf(url).query(sql);
}

/** `?` as in SQLite. */
export async function query(url: string, sql: string, params: readonly unknown[]): Promise<{ readonly rows: Record<string, unknown>[]; readonly changes: number }> {
  const numbered = { last: 0 };
  const text = sql.replaceAll("?", () => `$${++numbered.last}`);
  const { rows, rowCount } = await readerOf(url).query<Record<string, unknown>>(text, [...params]);
  return { rows, changes: rowCount ?? 0 };
}
