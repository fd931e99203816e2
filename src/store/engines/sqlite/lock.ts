import { DatabaseSync } from "node:sqlite";
import { translateSqliteError } from "./errors.ts";

const SQLITE_BUSY = 5;

/**
 * An exclusive lock that the operating system lets go of when its holder dies, however it dies: an open
 * exclusive transaction on a file of its own. Returns null when another process holds it.
 */
export function acquireLock(path: string): { release(): void } | null {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path);
    database.exec("pragma busy_timeout = 0; pragma journal_mode = delete; begin exclusive");
  } catch (error) {
    database?.close();
    if ((error as { errcode?: unknown }).errcode === SQLITE_BUSY) return null;
    throw translateSqliteError(error, path);
  }
  const held = database;
  return { release: () => held.close() };
}
