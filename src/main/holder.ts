import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ContinuoError } from "../domain/errors.ts";
import { acquireLock } from "../store/engines/sqlite/lock.ts";
import { readHolder, type Holder, type StatePaths } from "./state-paths.ts";

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

/** A command that asks whether the lock is held holds it for a moment itself. */
const ATTEMPTS = 5;
const ATTEMPT_EVERY_MS = 20;

function acquirePatiently(path: string): ReturnType<typeof acquireLock> {
  for (let attempt = 1; ; attempt++) {
    const lock = acquireLock(path);
    if (lock !== null || attempt === ATTEMPTS) return lock;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ATTEMPT_EVERY_MS);
  }
}

/** Takes the state directory for this process. Throws STATE_LOCKED with the pid of the gateway that has it. */
export function holdState(stateDir: string, paths: StatePaths): HeldState {
  const lock = acquirePatiently(paths.lock);
  if (!lock) {
    const holder = readHolder(paths);
    const who = holder ? `the gateway with pid ${holder.pid} (port ${holder.port})` : "another gateway";
    throw new ContinuoError("STATE_LOCKED", `The state directory ${stateDir} is in use by ${who}.`, { fields: { pid: holder?.pid } });
  }
  rmSync(paths.holder, { force: true }); // one that crashed has left it
  return {
    announce: (holder) => writeFileSync(paths.holder, `${JSON.stringify(holder)}\n`, { mode: 0o600 }),
    release() {
      rmSync(paths.holder, { force: true });
      lock.release();
    },
  };
}
