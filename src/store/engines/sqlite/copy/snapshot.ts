import { accessSync, closeSync, constants, existsSync, fdatasyncSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { ContinuoError } from "../../../../domain/errors.ts";
import { newestSchema, schemaVersion } from "../../../migrate.ts";
import { translateSqliteError } from "../errors.ts";
import { journalBytes } from "../journal-bytes.ts";

/**
 * So much is copied between two looks at the flag, and is on the disk before the next: whoever commits meanwhile has to
 * wait for that much at most, not for the gigabyte that the system would hold back.
 */
const PAGES_AT_ONCE = 512;
/** From here on the journal, which cannot shrink before the copy is made, matters more than that wait. */
const HURRY_BYTES = 32 << 20;

class Stopped extends Error {}

/**
 * On a disk that cannot be written there is no place for what readers and writers share; nobody writes there either. With
 * a journal beside it the file alone would not be all: that is left to SQLite, which refuses it.
 */
function openSource(path: string): DatabaseSync {
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch {
    const url = pathToFileURL(path);
    url.searchParams.set("immutable", "1");
    if (!existsSync(`${path}-wal`)) return new DatabaseSync(url, { readOnly: true });
  }
  return new DatabaseSync(path, { readOnly: true });
}

/**
 * Copies the database at `path`, as last committed, to `copy`. The writer goes on; its log cannot shrink until the copy
 * is made, which is why rows are read from the copy and not from here. Errors: those of the store; `signal`'s reason.
 */
export async function takeSnapshot(path: string, copy: string, signal: AbortSignal, onPages: (done: number, total: number) => void): Promise<void> {
  rmSync(copy, { force: true });
  closeSync(openSync(copy, "wx", 0o600));
  let target: number | null = null;
  let source: DatabaseSync | null = null;
  try {
    source = openSource(path);
    source.exec("pragma busy_timeout = 5000; begin");
    // From this look on the connection sees one moment: without it every commit would make the copy begin again.
    const found = schemaVersion(source);
    if (found > newestSchema()) throw new ContinuoError("STORE_NEWER", `The database has schema ${found}; this version of Continuo knows up to ${newestSchema()}.`);
    const file = (target = openSync(copy, "r+"));
    const pages = await backup(source, copy, {
      rate: PAGES_AT_ONCE,
      progress({ totalPages, remainingPages }) {
        if (signal.aborted) throw new Stopped();
        if (journalBytes(path) < HURRY_BYTES) fdatasyncSync(file);
        onPages(totalPages - remainingPages, totalPages);
      },
    });
    onPages(pages, pages);
    signal.throwIfAborted();
  } catch (error) {
    if (error instanceof Stopped) signal.throwIfAborted();
    throw translateSqliteError(error, path);
  } finally {
    if (target !== null) closeSync(target);
    source?.close();
  }
}
