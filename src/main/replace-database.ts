import { closeSync, copyFileSync, existsSync, fsyncSync, linkSync, openSync, renameSync } from "node:fs";
import { dirname } from "node:path";

export const SIDE_FILES: readonly string[] = ["-wal", "-shm", "-journal"];

export function syncPath(path: string): void {
  const file = openSync(path, "r");
  fsyncSync(file);
  closeSync(file);
}

/** A second name for the same file, so that the first never names nothing; a copy where there are no such links. */
export function keepAside(path: string, aside: string): string {
  try {
    linkSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    copyFileSync(path, aside);
    syncPath(aside);
  }
  return aside;
}

/**
 * Gives the database `fresh` the name of another one that nobody has open. That one keeps its own name besides `aside`
 * until then, so that there is one under this name at every moment; its journal would be read into the new one, so that
 * it has to go first. Answers where the old one is now, or null when there was none.
 */
export function replaceDatabase(fresh: string, database: string, aside: string): string | null {
  const old = existsSync(database) ? keepAside(database, aside) : null;
  for (const suffix of SIDE_FILES.filter((one) => existsSync(`${database}${one}`))) renameSync(`${database}${suffix}`, `${aside}${suffix}`);
  renameSync(fresh, database);
  syncPath(dirname(database));
  return old;
}
