import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { ContinuoError } from "../domain/errors.ts";
import { openSqlite } from "./engines/sqlite/engine.ts";
import { isOutdated, migrateSqlite } from "./migrate.ts";
import type { Store } from "./store.ts";

/**
 * Opens the embedded store, creating it and bringing its schema up to date.
 * Errors: STATE_UNWRITABLE, STORE_CORRUPT, STORE_NEWER; a file that is not ours is never overwritten.
 */
export function openStore(path: string): Store {
  const isNew = !existsSync(path);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ContinuoError("STATE_UNWRITABLE", `The directory ${dirname(path)} cannot be created.`, { cause: error });
  }
  const store = openSqliteUpToDate(path);
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

function openSqliteUpToDate(path: string): ReturnType<typeof openSqlite> {
  const store = openSqlite(path);
  try {
    migrateSqlite(store.writer);
    return store;
  } catch (error) {
    store.writer.close();
    throw error;
  }
}
