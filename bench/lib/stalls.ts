/** How long the event loop of a gateway stood still, asked of its own process. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "./process.ts";

export interface Stalls {
  /** The longest that nothing else could run. */
  readonly longestMs: number;
  readonly p99Ms: number;
  /** The most that the gateway's own thread worked in one piece, whatever else the machine did. */
  readonly busyMs: number;
}

/** Arguments and variables with which a gateway watches itself. */
export function watched(stateDir: string): { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>>; readonly file: string } {
  const file = join(stateDir, "stalls.json");
  return { args: ["--import", join(ROOT, "bench/lib/stall-probe.ts")], env: { BENCH_STALLS: file }, file };
}

const POLL_MS = 20;

/** What was seen since the last time this was asked. */
export async function stallsOf(pid: number, file: string): Promise<Stalls> {
  rmSync(file, { force: true });
  process.kill(pid, "SIGUSR2");
  for (;;) {
    await sleep(POLL_MS);
    if (!existsSync(file)) continue;
    const text = readFileSync(file, "utf8");
    if (text.endsWith("}")) return JSON.parse(text) as Stalls;
  }
}
