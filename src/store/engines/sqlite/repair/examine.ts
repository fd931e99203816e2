import { DatabaseSync } from "node:sqlite";
import { translateSqliteError } from "../errors.ts";

export interface Examination {
  /** `indexes`: the rows are sound, and what finds them is not. `pages`: something cannot be read. */
  readonly state: "sound" | "indexes" | "pages";
  /** In SQLite's words. */
  readonly problems: readonly string[];
}

const OF_AN_INDEX = /^(row \d+ missing from index|wrong # of entries in index|non-unique entry in index|rowid not at end-of-record for row \d+ of index)/i;

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function problemsOf(database: DatabaseSync): string[] {
  try {
    const rows = database.prepare("pragma integrity_check").all() as { integrity_check: string }[];
    return rows.map((row) => row.integrity_check).filter((text) => text !== "ok");
  } catch (error) {
    return [wordsOf(error)];
  }
}

/** Looks at every page, and at every row through every index. Nobody else has the database open. */
export function examine(path: string): Examination {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    const problems = problemsOf(database);
    if (problems.length === 0) return { state: "sound", problems };
    return { state: problems.every((text) => OF_AN_INDEX.test(text)) ? "indexes" : "pages", problems };
  } catch (error) {
    return { state: "pages", problems: [wordsOf(error)] };
  } finally {
    database?.close();
  }
}

/** Builds every index anew from the rows, in one transaction. Errors: those of the store. */
export function rebuildIndexes(path: string): void {
  const database = new DatabaseSync(path);
  try {
    database.exec("pragma busy_timeout = 5000; reindex; pragma wal_checkpoint(truncate)");
  } catch (error) {
    throw translateSqliteError(error, path);
  } finally {
    database.close();
  }
}
