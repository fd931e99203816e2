import { ContinuoError, isContinuoError, type ErrorCode } from "../../../domain/errors.ts";

const SQLITE_FULL = 13;
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
const SQLITE_CANTOPEN = 14;
const SQLITE_IOERR = 10;
const PRIMARY_CODE = 0xff;

const MEANING: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  [SQLITE_FULL]: ["STORE_FULL", "The disk that holds the database is full."],
  [SQLITE_IOERR]: ["STORE_FULL", "The database could not be written: the disk reported an error."],
  [SQLITE_BUSY]: ["STORE_BUSY", "Another program holds the database, so that it could not be written."],
  [SQLITE_READONLY]: ["STATE_UNWRITABLE", "The database cannot be written."],
  [SQLITE_CANTOPEN]: ["STATE_UNWRITABLE", "The database cannot be opened."],
  [SQLITE_CORRUPT]: ["STORE_CORRUPT", "The database file is damaged."],
  [SQLITE_NOTADB]: ["STORE_CORRUPT", "The database file is not a database."],
};

/** What the SQLite driver throws, as one of ours where we know what to tell; constraint errors pass unchanged. */
export function translateSqliteError(error: unknown, path?: string): unknown {
  if (isContinuoError(error)) return error;
  const number = (error as { errcode?: unknown } | null)?.errcode;
  const meaning = typeof number === "number" ? MEANING[number & PRIMARY_CODE] : undefined;
  if (!meaning) return error;
  const [code, text] = meaning;
  return new ContinuoError(code, path === undefined ? text : `${text} (${path})`, { cause: error, fields: { path } });
}
