import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { ContinuoError, isContinuoError } from "../domain/errors.ts";
import { openSqlite, type SqliteOptions } from "./engines/sqlite/engine.ts";
import { translateSqliteError } from "./engines/sqlite/errors.ts";
import { isOutdated, migrateSqlite } from "./migrate.ts";
import type { Store } from "./store.ts";

/** Where the data is: PostgreSQL when there is an address, else the embedded database. */
export interface StoreTarget extends Pick<SqliteOptions, "onCommit"> {
  /** The file of the embedded database. */
  readonly path: string;
  readonly url: string | null;
  /** The most commits that may be under way at once on PostgreSQL. */
  readonly connections: number;
  /** A connection to PostgreSQL broke; it is made again by itself. */
  onError(error: unknown): void;
}

/** Opens the store that the configuration names. Errors: those of `openStore`, STORE_UNREACHABLE, STORE_REFUSED. */
export async function openStoreAt({ path, url, connections, onError, ...options }: StoreTarget): Promise<Store> {
  if (url === null) return openStore(path, options);
  // The driver is loaded by those who use it.
  const { openPostgres } = await import("./engines/postgres/engine.ts");
  return openPostgres({ url, connections, onError });
}

/** The same for looking only; null while there is nothing to look at. PostgreSQL is open to all who have its address. */
export async function openStoreReadOnlyAt(target: StoreTarget): Promise<Store | null> {
  return target.url === null ? openStoreReadOnly(target.path) : openStoreAt(target);
}

/**
 * Opens the embedded store, creating it and bringing its schema up to date.
 * Errors: STATE_UNWRITABLE, STORE_CORRUPT, STORE_NEWER; a file that is not ours is never overwritten.
 */
export function openStore(path: string, options: Pick<SqliteOptions, "onCommit"> = {}): Store {
  const isNew = !existsSync(path);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ContinuoError("STATE_UNWRITABLE", `The directory ${dirname(path)} cannot be created.`, { cause: error });
  }
  const store = openSqliteUpToDate(path, options);
  if (isNew) chmodSync(path, 0o600);
  return store;
}

/** The store as last committed, for looking only; null when there is none yet. */
export function openStoreReadOnly(path: string): Store | null {
  if (!existsSync(path)) return null;
  const store = openSqlite(path, { readOnly: true });
  if (!isOutdated(store.writer)) return store;
  store.writer.close();
  openSqliteUpToDate(path).writer.close();
  return openSqlite(path, { readOnly: true });
}

/** Takes the journal of a database that nobody has open into the database itself; false where it is too damaged for that. */
export async function foldJournal(path: string): Promise<boolean> {
  try {
    const store = openSqlite(path);
    try {
      store.writer.exec("pragma wal_checkpoint(truncate)");
    } finally {
      await store.close();
    }
    return true;
  } catch (thrown) {
    const error = translateSqliteError(thrown, path);
    if (isContinuoError(error) && error.code === "STORE_CORRUPT") return false;
    throw error;
  }
}

function openSqliteUpToDate(path: string, options: SqliteOptions = {}): ReturnType<typeof openSqlite> {
  const store = openSqlite(path, options);
  try {
    migrateSqlite(store.writer);
    return store;
  } catch (error) {
    store.writer.close();
    throw error;
  }
}
