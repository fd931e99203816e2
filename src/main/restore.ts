import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, normalize, resolve, sep } from "node:path";
import { resolvePaths, type Environment } from "../config/index.ts";
import type { Restored, Watched } from "../cli/deps.ts";
import type { Clock } from "../domain/clock.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Manifest, PackedFile } from "../store/backup/manifest.ts";
import { readBackup, type BackupVisitor } from "../store/backup/read.ts";
import { digestTables } from "../store/copy/read-all.ts";
import type { RowSink } from "../store/copy/rows.ts";
import { createRows } from "../store/engines/sqlite/copy/sink.ts";
import { openRows } from "../store/engines/sqlite/copy/source.ts";
import { foldJournal, openStore } from "../store/open.ts";
import { CONFIG_NAME, CONFIG_PREFIX, explainDisk, SECRET_NAME, stamp } from "./backup.ts";
import { holdState, prepareStateDir } from "./holder.ts";
import { keepAside, replaceDatabase, SIDE_FILES, syncPath } from "./replace-database.ts";
import { statePaths } from "./state-paths.ts";

export interface RestorePlace {
  readonly env: Environment;
  readonly clock: Clock;
}

interface Target {
  readonly stateDir: string;
  readonly configPath: string;
  readonly database: string;
  readonly secret: string;
  /** What is moved aside has this behind its name. */
  readonly aside: string;
}

function targetOf({ env, clock }: RestorePlace, to: string | null): Target {
  const usual = resolvePaths(env);
  const stateDir = to === null ? usual.stateDir : resolve(to);
  const configPath = stateDir === usual.stateDir ? usual.configPath : join(stateDir, "openclaw.json");
  const { database, secret } = statePaths(stateDir);
  return { stateDir, configPath, database, secret, aside: `before-restore-${stamp(clock.now())}` };
}

function placeOf(name: string, { configPath, secret }: Target): string {
  if (name === CONFIG_NAME) return configPath;
  if (name === SECRET_NAME) return secret;
  const root = dirname(configPath);
  const path = normalize(join(root, name.slice(CONFIG_PREFIX.length)));
  if (!name.startsWith(CONFIG_PREFIX) || !path.startsWith(root + sep)) throw new ContinuoError("BACKUP_DAMAGED", `The backup has a file ${JSON.stringify(name)} that belongs nowhere.`);
  return path;
}

/** Puts a small file where it belongs; another one that is there gets another name. */
function placeFile({ name, content }: PackedFile, target: Target): string[] {
  const path = placeOf(name, target);
  const known = existsSync(path) ? readFileSync(path) : null;
  if (known !== null && known.equals(content)) return [];
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.restoring`;
  writeFileSync(fresh, content, { mode: 0o600 });
  syncPath(fresh);
  const moved = known === null ? [] : [keepAside(path, `${path}.${target.aside}`)];
  renameSync(fresh, path);
  syncPath(dirname(path));
  return moved;
}

/** Fills a new database from the backup, which has been checked and is checked again. */
async function fill(path: string, fresh: string, reading: Parameters<typeof readBackup>[2]): Promise<{ readonly manifest: Manifest; readonly files: readonly PackedFile[] }> {
  const files: PackedFile[] = [];
  const opened: { sink: RowSink | null } = { sink: null };
  const visitor: BackupVisitor = {
    head: async ({ schema }) => void (opened.sink = createRows(fresh, schema)),
    file: async (file) => void files.push(file),
    begin: async (table) => opened.sink?.begin(table),
    rows: async (rows) => opened.sink?.write(rows),
  };
  try {
    const manifest = await readBackup(path, visitor, reading);
    await opened.sink?.finish(manifest.counters);
    return { manifest, files };
  } catch (error) {
    await opened.sink?.abandon();
    throw error;
  }
}

/** What stands in the new database now is what stands in the backup: read again, not believed. */
async function compare(fresh: string, manifest: Manifest, { signal, onProgress }: Watched): Promise<void> {
  const total = manifest.tables.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
  const source = openRows(fresh);
  try {
    const found = await digestTables(source, (rows) => {
      signal.throwIfAborted();
      onProgress({ phase: "compare", done: (done += rows), total });
    });
    const other = manifest.tables.find(({ name, rows, sha256 }) => found.get(name)?.rows !== rows || found.get(name)?.sha256 !== sha256);
    if (other) throw new ContinuoError("BACKUP_DAMAGED", `Table ${other.name} is not in the new database as it is in the backup; nothing was changed.`);
  } finally {
    await source.close();
  }
}

/** The old database takes its journal in before it goes; a damaged one may not be able to, and then both go. */
async function swap(fresh: string, { database, aside }: Target): Promise<string[]> {
  if (existsSync(database)) await foldJournal(database);
  const old = replaceDatabase(fresh, database, `${database}.${aside}`);
  return old === null ? [] : [old];
}

/**
 * Puts a backup into a state directory. Nothing is written before all of it has been read and found whole; the database
 * comes last and at once. A second run after a kill ends what the first began. Errors: BACKUP_DAMAGED, STORE_NEWER,
 * STATE_LOCKED, STATE_OCCUPIED, those of the store.
 */
export async function restoreBackup(place: RestorePlace, path: string, { to, force }: { readonly to: string | null; readonly force: boolean }, watched: Watched): Promise<Restored> {
  const { signal, onProgress } = watched;
  const target = targetOf(place, to);
  const { stateDir, configPath, database } = target;
  const files = statePaths(stateDir);
  const read = (phase: "read" | "restore"): Parameters<typeof readBackup>[2] => {
    const total = statSync(path).size;
    let done = 0;
    return { signal, onBytes: (bytes) => onProgress({ phase, done: (done += bytes), total }) };
  };
  try {
    await readBackup(path, {}, read("read"));
  } catch (error) {
    throw explainDisk(error, path);
  }
  prepareStateDir(stateDir, files);
  const held = holdState(stateDir, files);
  const fresh = join(dirname(database), `${basename(database)}.restoring`);
  try {
    if (existsSync(database) && !force) throw new ContinuoError("STATE_OCCUPIED", `${stateDir} has a database already: ${database}.`);
    const { manifest, files: packed } = await fill(path, fresh, read("restore"));
    await compare(fresh, manifest, watched);
    await openStore(fresh).close();
    chmodSync(fresh, 0o600);
    syncPath(fresh);
    signal.throwIfAborted();
    const movedAside = [...packed.flatMap((file) => placeFile(file, target)), ...(await swap(fresh, target))];
    return { stateDir, configPath, manifest, movedAside };
  } catch (error) {
    for (const suffix of ["", ...SIDE_FILES]) rmSync(`${fresh}${suffix}`, { force: true });
    throw explainDisk(error, stateDir);
  } finally {
    held.release();
  }
}
