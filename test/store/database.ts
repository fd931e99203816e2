/**
 * The database of a state directory, on the engine of the run: the one way for tests to open a store, to tell a gateway
 * where its store is, and to look into the tables past it.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { TestContext } from "node:test";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import * as postgres from "./databases.ts";
import { ENGINE } from "./engine.ts";

export type Row = Record<string, unknown>;

if (ENGINE === "postgres") await postgres.joinRun();

/** Of PostgreSQL: the database that a directory has, from its first use on. */
const urls = new Map<string, Promise<string>>();

function urlFor(stateDir: string): Promise<string> {
  const place = resolve(stateDir);
  const known = urls.get(place) ?? postgres.createDatabase();
  urls.set(place, known);
  return known;
}

/** Where a gateway keeps it, and a store alone as well. */
export function sqliteFile(stateDir: string): string {
  return join(stateDir, "continuo", "continuo.sqlite");
}

/** The store of this directory: the same one each time, until `removeStateDir`. */
export async function storeIn(stateDir: string): Promise<Store> {
  return ENGINE === "postgres" ? postgres.openDatabase(await urlFor(stateDir)) : openStore(sqliteFile(stateDir));
}

/** What a gateway's configuration has to say so that its store is this directory's. */
export async function storeConfig(stateDir: string): Promise<{ readonly store?: { readonly url: string } }> {
  return ENGINE === "postgres" ? { store: { url: await urlFor(stateDir) } } : {};
}

function withFile<T>(stateDir: string, readOnly: boolean, use: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(sqliteFile(stateDir), { readOnly });
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** Rows as they are committed, whoever has the database open. `?` stands for each of `params`. */
export async function rowsIn<R = Row>(stateDir: string, sql: string, ...params: readonly SQLInputValue[]): Promise<R[]> {
  if (ENGINE === "postgres") return (await postgres.query(await urlFor(stateDir), sql, params)).rows as R[];
  return withFile(stateDir, true, (database) => database.prepare(sql).all(...params).map((row) => ({ ...row })) as R[]);
}

/** Writes past the store, as no gateway does; resolves to the number of rows that changed. */
export async function tamperIn(stateDir: string, sql: string, ...params: readonly SQLInputValue[]): Promise<number> {
  if (ENGINE === "postgres") return (await postgres.query(await urlFor(stateDir), sql, params)).changes;
  return withFile(stateDir, false, (database) => Number(database.prepare(sql).run(...params).changes));
}

/** PostgreSQL only: nobody writes to a table until what this resolves to is called. */
export async function lockIn(stateDir: string, table: string): Promise<() => Promise<void>> {
  return postgres.lockTable(await urlFor(stateDir), table);
}

/** Several statements at once, past the store. */
export async function scriptIn(stateDir: string, sql: string): Promise<void> {
  if (ENGINE === "postgres") await postgres.script(await urlFor(stateDir), sql);
  else withFile(stateDir, false, (database) => database.exec(sql));
}

/** Gives `to` what `from` has; nobody has either open. */
export async function copyStore(from: string, to: string): Promise<void> {
  if (ENGINE === "postgres") return postgres.copyDatabase(await urlFor(from), await urlFor(to));
  mkdirSync(dirname(sqliteFile(to)), { recursive: true, mode: 0o700 });
  copyFileSync(sqliteFile(from), sqliteFile(to));
}

/** A directory with everything in it, and its database. */
export async function removeStateDir(stateDir: string): Promise<void> {
  const place = resolve(stateDir);
  const url = urls.get(place);
  urls.delete(place);
  if (url !== undefined) await postgres.dropDatabase(await url);
  if (existsSync(place)) rmSync(place, { recursive: true, force: true, maxRetries: 3 });
}

/** A store with nothing in it; it goes with the test. */
export async function freshStore(t: TestContext): Promise<Store> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-store-"));
  const store = await storeIn(directory);
  t.after(async () => {
    await store.close();
    await removeStateDir(directory);
  });
  return store;
}
