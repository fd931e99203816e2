import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import type { CliDeps, RunOptions } from "../cli/index.ts";
import { load, resolvePaths } from "../config/index.ts";
import { systemClock } from "../domain/clock.ts";
import { createIds } from "../domain/ids.ts";
import { readHolder, statePaths } from "./holder.ts";

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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Detached, so that it outlives the command that started it. */
function spawnGateway(args: readonly string[], logPath: string): number {
  const log = openSync(logPath, "a", 0o600);
  try {
    const child = spawn(process.execPath, [LAUNCHER, ...args], { detached: true, stdio: ["ignore", log, log] });
    child.unref();
    return child.pid ?? 0;
  } finally {
    closeSync(log);
  }
}

/** The command line's outside world, from this process. */
export function processDeps(place: ProgramPlace): CliDeps {
  const { env, stdin, stdout, stderr } = process;
  const paths = resolvePaths(env);
  const files = statePaths(paths.stateDir);
  return {
    version: place.version,
    terminal: {
      stdin,
      stdout,
      stderr,
      stdinIsTTY: stdin.isTTY === true,
      stdoutIsTTY: stdout.isTTY === true,
      columns: stdout.columns ?? 80,
      env,
      onInterrupt,
    },
    time: { now: () => systemClock.now(), pause: (ms) => sleep(ms) },
    ids: createIds(systemClock),
    paths: { stateDir: paths.stateDir, configPath: paths.configPath, logPath: files.log },
    settings: { load: () => load(paths.configPath, env), schema: place.configSchema },
    daemon: {
      run: place.runGateway,
      spawn: spawnGateway,
      holder: () => readHolder(files),
      isAlive,
      kill: (pid, signal) => void process.kill(pid, signal),
    },
    async local() {
      const { openLocal } = await import("./local.ts");
      return openLocal(env, place.version);
    },
  };
}
