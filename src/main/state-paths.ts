import { existsSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

// Every command of the command line loads this file: it imports nothing that takes time.

/** What Continuo itself keeps in the state directory, apart from the files that OpenClaw also knows. */
export interface StatePaths {
  readonly directory: string;
  readonly database: string;
  readonly lock: string;
  /** Who holds the lock: for people and commands; the lock itself is the truth. */
  readonly holder: string;
  readonly log: string;
  readonly secret: string;
  /** What was sent with messages, by its hash (docs/media.md). */
  readonly media: string;
}

export function statePaths(stateDir: string): StatePaths {
  const directory = join(stateDir, "continuo");
  return {
    directory,
    database: `${directory}${sep}continuo.sqlite`,
    lock: `${directory}${sep}gateway.lock`,
    holder: `${directory}${sep}gateway.json`,
    log: join(stateDir, "logs", "gateway.log"),
    secret: `${directory}${sep}device-secret`,
    media: `${directory}${sep}media`,
  };
}

/** Who holds the state directory. `startedAt` is ms since the Unix epoch. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  readonly startedAt: number;
  readonly version: string;
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== "object" || value === null) return false;
  const { pid, host, port, startedAt, version } = value as Readonly<Record<string, unknown>>;
  return Number.isInteger(pid) && Number(pid) > 0 && typeof host === "string" && Number.isInteger(port) && typeof startedAt === "number" && typeof version === "string";
}

/** The gateway that last announced itself here; null when there is none, or the file is not readable as one. */
export function readHolder(paths: StatePaths): Holder | null {
  try {
    const found: unknown = JSON.parse(readFileSync(paths.holder, "utf8"));
    return isHolder(found) ? found : null;
  } catch {
    // Absent, or cut off by a crash: the lock is the truth, this file is only how to find its holder.
    return null;
  }
}

const SQLITE_BUSY = 5;

/**
 * Whether a living process has the lock. A process id alone does not say so: after a crash or a restart of the machine
 * it may belong to a stranger, and `gateway stop` must never end that one.
 */
export function isHeld(paths: StatePaths): boolean {
  if (!existsSync(paths.lock)) return false;
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  try {
    const lock = new DatabaseSync(paths.lock, { readOnly: true });
    try {
      lock.exec("pragma busy_timeout = 0; select 1 from sqlite_schema");
      return false;
    } finally {
      lock.close();
    }
  } catch (error) {
    return (error as { errcode?: unknown }).errcode === SQLITE_BUSY;
  }
}
