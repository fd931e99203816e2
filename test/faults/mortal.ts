/**
 * A process that does one thing with a store and kills itself (SIGKILL) at its n-th step: a statement of a migration, a
 * word of progress, or a call of the file system that changes something. `dieAt: 0` lives, and tells how many there were.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { DatabaseSync } from "node:sqlite";
import type { Watched } from "../../src/cli/deps.ts";

export type Mortal = { readonly dieAt: number } & (
  | { readonly kind: "migrate"; readonly path: string }
  | { readonly kind: "backup"; readonly stateDir: string; readonly to: string }
  | { readonly kind: "restore"; readonly path: string; readonly to: string; readonly force: boolean }
);

const job = JSON.parse(process.argv[2] ?? "{}") as Mortal;
const taken = { steps: 0 };

function step(): void {
  taken.steps += 1;
  if (taken.steps === job.dieAt) process.kill(process.pid, "SIGKILL");
}

const watched: Watched = { signal: new AbortController().signal, onProgress: step };

/** Before each call that changes what lies on the disk. */
function countCalls(): void {
  const calls = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of ["linkSync", "renameSync", "writeFileSync", "rmSync", "chmodSync", "fsyncSync"]) {
    const original = calls[name];
    calls[name] = (...args: unknown[]) => {
      step();
      return original?.(...args);
    };
  }
  syncBuiltinESMExports();
}

async function perform(): Promise<void> {
  if (job.kind === "migrate") {
    const { migrateSqlite } = await import("../../src/store/migrate.ts");
    const database = new DatabaseSync(job.path);
    const exec = database.exec.bind(database);
    database.exec = (sql) => {
      step();
      exec(sql);
    };
    migrateSqlite(database);
    database.close();
    return;
  }
  countCalls();
  const clock = { now: () => 1_000 };
  if (job.kind === "backup") {
    const { createBackup } = await import("../../src/main/backup.ts");
    await createBackup({ env: { OPENCLAW_STATE_DIR: job.stateDir }, version: "0", clock, pid: process.pid }, job.to, watched);
    return;
  }
  const { restoreBackup } = await import("../../src/main/restore.ts");
  await restoreBackup({ env: {}, clock }, job.path, { to: job.to, force: job.force }, watched);
}

await perform();
process.send?.({ steps: taken.steps });
process.disconnect();
