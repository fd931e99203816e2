import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, normalize, resolve, sep } from "node:path";
import { editConfig, resolvePaths, type Environment } from "../config/index.ts";
import type { Restored, Watched } from "../cli/deps.ts";
import type { Clock } from "../domain/clock.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Manifest, PackedFile } from "../store/backup/manifest.ts";
import { readBackup, type BackupVisitor } from "../store/backup/read.ts";
import { digestTables } from "../store/copy/read-all.ts";
import type { RowSink, RowSource } from "../store/copy/rows.ts";
import { CONFIG_NAME, CONFIG_PREFIX, explainDisk, SECRET_NAME, stamp } from "./backup.ts";
import { holdState, prepareStateDir } from "./holder.ts";
import { keepAside, syncPath } from "./replace-database.ts";
import { postgresTarget, sqliteTarget, type RestoreTarget } from "./restore-target.ts";
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

/** The files of before belong to the database of before; those of the backup are rows of the new one. */
function moveAside(path: string, aside: string): string {
  renameSync(path, aside);
  syncPath(dirname(path));
  return aside;
}

/** Fills a new database from the backup, which has been checked and is checked again. */
async function fill(path: string, store: RestoreTarget, reading: Parameters<typeof readBackup>[2]): Promise<{ readonly manifest: Manifest; readonly files: readonly PackedFile[] }> {
  const files: PackedFile[] = [];
  const opened: { sink: RowSink | null } = { sink: null };
  const visitor: BackupVisitor = {
    head: async ({ schema }) => void (opened.sink = await store.open(schema)),
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
async function compare(source: RowSource, manifest: Manifest, { signal, onProgress }: Watched): Promise<void> {
  const total = manifest.tables.reduce((sum, { rows }) => sum + rows, 0);
  let done = 0;
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

/** Where the rows go: a PostgreSQL database, or the state directory's own. */
async function storeFor({ database, aside }: Target, { engine }: Manifest, store: string | null, clock: Clock): Promise<RestoreTarget> {
  if (store === "sqlite" || (store === null && engine === "sqlite")) return sqliteTarget(database, aside);
  if (store === null) throw new ContinuoError("REQUEST_INVALID", "The backup is of a PostgreSQL database: say where its rows go.", { fields: { cure: "Say --store with the URL of an empty PostgreSQL database, or --store sqlite." } });
  if (!/^postgres(ql)?:\/\//.test(store)) throw new ContinuoError("REQUEST_INVALID", "--store takes the URL of a PostgreSQL database, or: sqlite.");
  return postgresTarget(store, clock);
}

/** The configuration that was restored says where the rows are now. */
async function nameStore({ configPath }: Target, store: string | null): Promise<void> {
  if (store !== null && existsSync(configPath)) await editConfig(configPath, [{ path: ["store", "url"], value: store === "sqlite" ? undefined : store }]);
}

/**
 * Puts a backup into a state directory. Nothing is written before all of it has been read and found whole; the database
 * comes last and at once. A second run after a kill ends what the first began. Errors: BACKUP_DAMAGED, STORE_NEWER,
 * STATE_LOCKED, STATE_OCCUPIED, those of the store.
 */
export async function restoreBackup(place: RestorePlace, path: string, { to, force, store = null }: { readonly to: string | null; readonly force: boolean; readonly store?: string | null }, watched: Watched): Promise<Restored> {
  const { signal, onProgress } = watched;
  const target = targetOf(place, to);
  const { stateDir, configPath, database } = target;
  const files = statePaths(stateDir);
  const read = (phase: "read" | "restore"): Parameters<typeof readBackup>[2] => {
    const total = statSync(path).size;
    let done = 0;
    return { signal, onBytes: (bytes) => onProgress({ phase, done: (done += bytes), total }) };
  };
  let first: Manifest;
  try {
    first = await readBackup(path, {}, read("read"));
  } catch (error) {
    throw explainDisk(error, path);
  }
  const rows = await storeFor(target, first, store, place.clock);
  const isFile = store === null || store === "sqlite";
  prepareStateDir(stateDir, files);
  const held = holdState(stateDir, files);
  try {
    if (isFile && existsSync(database) && !force) throw new ContinuoError("STATE_OCCUPIED", `${stateDir} has a database already: ${database}.`);
    const { manifest, files: packed } = await fill(path, rows, read("restore"));
    await compare(rows.source(), manifest, watched);
    await rows.prepare();
    signal.throwIfAborted();
    const movedFiles = packed.flatMap((file) => placeFile(file, target));
    await nameStore(target, store);
    const movedMedia = isFile && existsSync(files.media) ? [moveAside(files.media, `${files.media}.${target.aside}`)] : [];
    return { stateDir, configPath, engine: isFile ? "sqlite" : "postgres", manifest, movedAside: [...movedFiles, ...movedMedia, ...(await rows.place())] };
  } catch (error) {
    await rows.forget();
    throw explainDisk(error, stateDir);
  } finally {
    held.release();
  }
}
