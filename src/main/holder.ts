import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { acquireLock } from "../store/engines/sqlite/lock.ts";

/** What Continuo itself keeps in the state directory, apart from the files that OpenClaw also knows. */
export interface StatePaths {
  readonly directory: string;
  readonly database: string;
  readonly lock: string;
  /** Who holds the lock: for people and commands; the lock itself is the truth. */
  readonly holder: string;
  readonly log: string;
  readonly secret: string;
}

export function statePaths(stateDir: string): StatePaths {
  const directory = join(stateDir, "continuo");
  return {
    directory,
    database: join(directory, "continuo.sqlite"),
    lock: join(directory, "gateway.lock"),
    holder: join(directory, "gateway.json"),
    log: join(stateDir, "logs", "gateway.log"),
    secret: join(directory, "device-secret"),
  };
}

const holderSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  port: z.int(),
  startedAt: z.number(),
  version: z.string(),
});

export type Holder = z.output<typeof holderSchema>;

/** The gateway that last announced itself here; null when there is none, or the file is not readable as one. */
export function readHolder(paths: StatePaths): Holder | null {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(paths.holder, "utf8")));
  } catch {
    // Absent, or cut off by a crash: the lock is the truth, this file is only how to find its holder.
    return null;
  }
}

/** Makes sure that the state directory can be used, private to this user. Throws STATE_UNWRITABLE. */
export function prepareStateDir(stateDir: string, paths: StatePaths): void {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    mkdirSync(paths.directory, { recursive: true, mode: 0o700 });
    mkdirSync(join(stateDir, "logs"), { recursive: true, mode: 0o700 });
    accessSync(paths.directory, constants.W_OK);
  } catch (error) {
    throw new ContinuoError("STATE_UNWRITABLE", `The state directory ${stateDir} cannot be written.`, { cause: error });
  }
}

export interface HeldState {
  /** Announces where the gateway listens. */
  announce(holder: Holder): void;
  release(): void;
}

/** Takes the state directory for this process. Throws STATE_LOCKED with the pid of the gateway that has it. */
export function holdState(stateDir: string, paths: StatePaths): HeldState {
  const lock = acquireLock(paths.lock);
  if (!lock) {
    const holder = readHolder(paths);
    const who = holder ? `the gateway with pid ${holder.pid} (port ${holder.port})` : "another gateway";
    throw new ContinuoError("STATE_LOCKED", `The state directory ${stateDir} is in use by ${who}.`, { fields: { pid: holder?.pid } });
  }
  return {
    announce: (holder) => writeFileSync(paths.holder, `${JSON.stringify(holder)}\n`, { mode: 0o600 }),
    release() {
      rmSync(paths.holder, { force: true });
      lock.release();
    },
  };
}
