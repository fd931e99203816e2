import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { isAlive } from "../domain/alive.ts";
import { look, resolvePaths, type Environment } from "../config/index.ts";
import type { MadeBackup, Watched } from "../cli/deps.ts";
import type { Clock } from "../domain/clock.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Manifest, PackedFile } from "../store/backup/manifest.ts";
import { readBackup } from "../store/backup/read.ts";
import { writeBackup } from "../store/backup/write.ts";
import type { RowSource } from "../store/copy/rows.ts";
import { takeSnapshot } from "../store/engines/sqlite/copy/snapshot.ts";
import { sourceOf } from "../store/copy/port-rows.ts";
import { openRows } from "../store/engines/sqlite/copy/source.ts";
import { newestSchema } from "../store/migrate.ts";
import { mediaCheck, withFiles } from "./backup-media.ts";
import { statePaths } from "./state-paths.ts";

/** The one name of the configuration in a backup, whatever it is called where it lies. */
export const CONFIG_NAME = "config/openclaw.json";
export const SECRET_NAME = "continuo/device-secret";
export const CONFIG_PREFIX = "config/";

export interface BackupPlace {
  readonly env: Environment;
  readonly version: string;
  readonly clock: Clock;
  readonly pid: number;
}

/** `2026-11-21-132501`, in UTC, for names of files. */
export function stamp(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replaceAll(":", "").replace("T", "-");
}

/** ENOSPC and its like in words; everything else passes. */
export function explainDisk(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const cure = "Free space there, or choose another place with --to.";
  if (code === "ENOSPC" || code === "EDQUOT") return new ContinuoError("STORE_FULL", `The disk of ${path} is full.`, { cause: error, fields: { cure } });
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return new ContinuoError("STATE_UNWRITABLE", `${path} cannot be written.`, { cause: error, fields: { cure: "Make it writable for this user, or choose another place with --to." } });
  if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return new ContinuoError("REQUEST_INVALID", `${path} cannot be opened (${code}).`, { cause: error, fields: { cure: "Check the path." } });
  return error;
}

async function targetOf(to: string | null, stateDir: string, at: number): Promise<string> {
  const name = `continuo-${stamp(at)}.backup`;
  if (to === null) {
    const directory = join(stateDir, "backups");
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return join(directory, name);
  }
  const path = resolve(to);
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? join(path, name) : path;
}

/** `<backup>.<pid>.partial` and `.snapshot` of commands that were killed: as large as the store, and of use to nobody. */
function removeLeftovers(directory: string, name: string, own: number): void {
  for (const file of readdirSync(directory)) {
    const [, stem, pid] = /^(.+)\.(\d+)\.(?:partial|snapshot)(?:-journal)?$/.exec(file) ?? [];
    const ours = stem === name || /^continuo-[\d-]+\.backup$/.test(stem ?? "");
    if (ours && (Number(pid) === own || !isAlive(Number(pid)))) rmSync(join(directory, file), { force: true });
  }
}

/** The configuration with what it includes, and the secret that signs device tokens. */
async function filesOf(env: Environment): Promise<{ readonly files: readonly PackedFile[]; readonly leftOut: readonly string[] }> {
  const { stateDir, configPath } = resolvePaths(env);
  const root = dirname(configPath);
  // One that cannot be read as a configuration is kept as it lies there: a backup is no place to be strict.
  const paths = await look(configPath, env).then(({ files }) => files, () => [configPath]);
  const files: PackedFile[] = [];
  const leftOut: string[] = [];
  for (const path of new Set([configPath, ...paths])) {
    const name = path === configPath ? CONFIG_NAME : `${CONFIG_PREFIX}${relative(root, path).replaceAll("\\", "/")}`;
    if (name.startsWith(`${CONFIG_PREFIX}..`) || isAbsolute(relative(root, path))) leftOut.push(path);
    else if (existsSync(path)) files.push({ name, content: await readFile(path) });
  }
  const { secret } = statePaths(stateDir);
  if (existsSync(secret)) files.push({ name: SECRET_NAME, content: await readFile(secret) });
  return { files, leftOut };
}

async function rowsIn(source: RowSource): Promise<number> {
  let total = 0;
  for (const table of await source.tables()) total += await source.count(table);
  return total;
}

/** Where the rows are read from, as of one moment; `close` removes what was made for that. */
interface Moment {
  readonly source: RowSource;
  close(): Promise<void>;
}

/** One transaction that sees one moment, whatever is written meanwhile. */
async function momentOfServer(url: string): Promise<Moment> {
  const { openPostgresPort } = await import("../store/engines/postgres/copy/port.ts");
  const port = await openPostgresPort(url);
  try {
    if (port.schema > newestSchema()) throw new ContinuoError("STORE_NEWER", `The database has schema ${port.schema}; this version of Continuo knows up to ${newestSchema()}.`);
    const source = sourceOf(await port.snapshot());
    return { source, close: () => source.close() };
  } finally {
    await port.close();
  }
}

/** A copy of the file, which lies beside the backup for as long as it takes. */
async function momentOfFile(database: string, copy: string, { signal, onProgress }: Watched): Promise<Moment> {
  const forget = (): void => ["", "-journal"].forEach((suffix) => rmSync(`${copy}${suffix}`, { force: true }));
  try {
    await takeSnapshot(database, copy, signal, (done, total) => onProgress({ phase: "snapshot", done, total }));
    const source = openRows(copy);
    return { source, close: () => source.close().finally(forget) };
  } catch (error) {
    forget();
    throw error;
  }
}

/** Null: the embedded database, also where the configuration cannot be read. */
async function urlOf(env: Environment): Promise<string | null> {
  return look(resolvePaths(env).configPath, env).then(({ config }) => config.store.url ?? null, () => null);
}

/** One consistent copy of all that is stored, in one file, while the gateway goes on writing. */
export async function createBackup(place: BackupPlace, to: string | null, watched: Watched): Promise<MadeBackup> {
  const { signal, onProgress } = watched;
  const { stateDir } = resolvePaths(place.env);
  const { database, media } = statePaths(stateDir);
  const url = await urlOf(place.env);
  if (url === null && !existsSync(database)) {
    throw new ContinuoError("REQUEST_INVALID", `There is nothing to back up: ${database} is not there.`, { fields: { cure: "Set OPENCLAW_STATE_DIR to the state directory of your gateway." } });
  }
  const at = place.clock.now();
  const path = await targetOf(to, stateDir, at).catch((error: unknown) => Promise.reject(explainDisk(error, to ?? stateDir)));
  if (existsSync(path)) throw new ContinuoError("BACKUP_EXISTS", `${path} is there already.`);
  try {
    removeLeftovers(dirname(path), basename(path), place.pid);
    const { source: stored, close } = await (url === null ? momentOfFile(database, `${path}.${place.pid}.snapshot`, watched) : momentOfServer(url));
    const source = withFiles(stored, media);
    try {
      const { files, leftOut } = await filesOf(place.env);
      const total = await rowsIn(source);
      let done = 0;
      const onRows = (rows: number): void => onProgress({ phase: "write", done: (done += rows), total });
      const manifest = await writeBackup(path, `${path}.${place.pid}.partial`, { source, files, product: place.version, at }, signal, onRows);
      return { path, bytes: statSync(path).size, manifest, leftOut };
    } finally {
      await close();
    }
  } catch (error) {
    throw explainDisk(error, dirname(path));
  }
}

/** Reads a backup from its first byte to its last, and every checksum in it. Errors: BACKUP_DAMAGED, STORE_NEWER. */
export async function verifyBackup(path: string, { signal, onProgress }: Watched): Promise<Manifest> {
  try {
    const total = statSync(path).size;
    let done = 0;
    const check = mediaCheck(path);
    const manifest = await readBackup(path, check, { signal, onBytes: (bytes) => onProgress({ phase: "read", done: (done += bytes), total }) });
    check.end();
    return manifest;
  } catch (error) {
    throw explainDisk(error, path);
  }
}
