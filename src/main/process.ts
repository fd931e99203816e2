import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive } from "../domain/alive.ts";
import type { CliDeps, RunOptions } from "../cli/index.ts";
import { resolvePaths } from "../config/environment.ts";
import { reach } from "../config/reach.ts";
import { systemClock } from "../domain/clock.ts";
import { createIds } from "../domain/ids.ts";
import { liveScreen } from "./screen.ts";
import { isHeld, readHolder, statePaths } from "./state-paths.ts";

/** Where the program lies when it runs: `dist/` holds the bundle and the page. */
const LAUNCHER = fileURLToPath(new URL("../bin/continuo.js", import.meta.url));

export interface ProgramPlace {
  readonly version: string;
  runGateway(options: RunOptions): Promise<void>;
  configSchema(): Promise<unknown>;
}

function onInterrupt(handler: () => void): () => void {
  process.on("SIGINT", handler);
  return () => void process.off("SIGINT", handler);
}

/**
 * Detached, so that it outlives the command that started it. Its stdout goes nowhere: what it prints there is the page's
 * address with the token, which no log may keep.
 */
function spawnGateway(args: readonly string[], logPath: string): number {
  const { spawn } = process.getBuiltinModule("node:child_process"); // most commands start nothing
  mkdirSync(dirname(logPath), { recursive: true, mode: 0o700 });
  const log = openSync(logPath, "a", 0o600);
  try {
    const child = spawn(process.execPath, [LAUNCHER, ...args], { detached: true, stdio: ["ignore", "ignore", log] });
    child.unref();
    return child.pid ?? 0;
  } finally {
    closeSync(log);
  }
}

/** The schema of the configuration is loaded by commands that ask for the configuration, not before. */
function settingsFrom(place: ProgramPlace, path: string): CliDeps["settings"] {
  return {
    async load() {
      const { load } = await import("../config/index.ts");
      return load(path, process.env);
    },
    async look() {
      const { look } = await import("../config/index.ts");
      return look(path, process.env);
    },
    reach: () => reach(path, process.env),
    async edit(edits) {
      const { editSettings } = await import("./edit-settings.ts");
      return editSettings(path, process.env, edits);
    },
    schema: place.configSchema,
  };
}

async function security() {
  const { securityDeps } = await import("./security.ts");
  const { readShared } = await import("./shared-sessions.ts");
  const { env } = process;
  const paths = resolvePaths(env);
  return securityDeps({ ...paths, env, readShared: () => readShared(env) });
}

/** Loaded by the commands that back up, and by no other. */
function backupsOf(version: string): CliDeps["backups"] {
  const { env } = process;
  return {
    async create(to, watched) {
      const { createBackup } = await import("./backup.ts");
      return createBackup({ env, version, clock: systemClock, pid: process.pid }, to, watched);
    },
    async verify(path, watched) {
      const { verifyBackup } = await import("./backup.ts");
      return verifyBackup(path, watched);
    },
    async restore(path, options, watched) {
      const { restoreBackup } = await import("./restore.ts");
      return restoreBackup({ env, clock: systemClock }, path, options, watched);
    },
  };
}

function terminalOf(): CliDeps["terminal"] {
  const { env, stdout, stderr } = process;
  return {
    // Opened by the first who asks for it: that alone is 1 MB.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    get stdinIsTTY() {
      return process.stdin.isTTY === true;
    },
    stdoutIsTTY: stdout.isTTY === true,
    columns: stdout.columns || 80,
    env,
    onInterrupt,
    ...(stdout.isTTY === true && process.stdin.isTTY === true ? { screen: liveScreen(process.stdin, stdout) } : {}),
  };
}

/** The command line's outside world, from this process. */
export function processDeps(place: ProgramPlace): CliDeps {
  const { env } = process;
  const paths = resolvePaths(env);
  const files = statePaths(paths.stateDir);
  return {
    version: place.version,
    terminal: terminalOf(),
    time: { now: () => systemClock.now(), pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
    ids: createIds(systemClock),
    paths: { stateDir: paths.stateDir, configPath: paths.configPath, logPath: files.log },
    settings: settingsFrom(place, paths.configPath),
    daemon: {
      run: place.runGateway,
      spawn: spawnGateway,
      holder: () => (isHeld(files) ? readHolder(files) : null),
      announced: () => readHolder(files),
      isAlive,
      kill: (pid, signal) => void process.kill(pid, signal),
    },
    local: {
      async read() {
        const { openLocal } = await import("./local.ts");
        return openLocal(env, place.version);
      },
      async write(onEvent) {
        const { openLocalForWriting } = await import("./local.ts");
        return openLocalForWriting(env, place.version, onEvent);
      },
    },
    security: {
      audit: async () => (await security()).audit(),
      fix: async () => (await security()).fix(),
    },
    backups: backupsOf(place.version),
    repairs: {
      async examine() {
        const { examineDatabase } = await import("./repair.ts");
        return examineDatabase({ env, clock: systemClock });
      },
      async repair(watched) {
        const { repairDatabase } = await import("./repair.ts");
        return repairDatabase({ env, clock: systemClock }, watched);
      },
    },
  };
}
