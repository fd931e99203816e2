import { statSync } from "node:fs";

/** The size of the journal beside the database at `path`; 0 where there is none. */
export function journalBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}
