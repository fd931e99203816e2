/**
 * How long the commands of the built program take from being called to being gone, each a fresh process:
 *
 *     node bench/cli-start.ts [--json] [--rounds N] [--node /path/to/another/node]
 *
 * Medians in ms. Every command runs in an install of its own, with and without a gateway; `node -e 0` is what starting
 * Node itself costs here. One round is run before the first is counted: it fills the cache of compiled code.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { environment, startGateway } from "../test/cli/process.ts";
import { ROOT } from "../test/cli/built.ts";

const LIMIT_MS = 150;
const LAUNCHER = join(ROOT, "bin/continuo.js");

const { values } = parseArgs({ options: { json: { type: "boolean" }, rounds: { type: "string", default: "15" }, node: { type: "string", default: process.execPath } } });
const rounds = Math.max(1, Number.parseInt(values.rounds, 10) || 15);

interface Measured {
  readonly command: string;
  readonly gateway: "running" | "stopped";
  readonly medianMs: number;
  readonly fastestMs: number;
  readonly slowestMs: number;
}

interface Case {
  readonly command: string;
  readonly args: readonly string[];
  readonly gateway: Measured["gateway"];
  readonly stateDir: string;
}

function timeOnce({ args, stateDir, gateway }: Case): number {
  // A port that nobody listens on, so that a gateway of this machine's own is never asked.
  const port = gateway === "running" ? {} : { port: 1 };
  const began = performance.now();
  spawnSync(values.node, [...args], { env: environment({ stateDir, ...port }), stdio: ["ignore", "ignore", "ignore"] });
  return performance.now() - began;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function measure(cases: readonly Case[]): Measured[] {
  const times = cases.map((): number[] => []);
  // One of each in turn, so that a moment of load falls on all of them alike.
  for (let turn = 0; turn <= rounds; turn++) {
    for (const [index, one] of cases.entries()) {
      const took = timeOnce(one);
      if (turn > 0) times[index]?.push(took);
    }
  }
  return cases.map(({ command, gateway }, index) => {
    const sorted = (times[index] ?? []).toSorted((a, b) => a - b);
    return { command, gateway, medianMs: round(sorted[Math.floor(sorted.length / 2)] ?? 0), fastestMs: round(sorted[0] ?? 0), slowestMs: round(sorted.at(-1) ?? 0) };
  });
}

const running = await startGateway();
const stopped = mkdtempSync(join(tmpdir(), "continuo-bench-"));
try {
  const own = (command: string, gateway: Measured["gateway"]): Case => ({
    command: `continuo ${command}`,
    args: [LAUNCHER, ...command.split(" ")],
    gateway,
    stateDir: gateway === "running" ? running.stateDir : stopped,
  });
  const commands = measure([
    { command: "node -e 0", args: ["-e", "0"], gateway: "stopped", stateDir: stopped },
    own("--version", "stopped"),
    own("--help", "stopped"),
    ...(["running", "stopped"] as const).flatMap((gateway) => ["status", "sessions", "doctor"].map((command) => own(command, gateway))),
  ]);
  const slow = commands.filter(({ command, medianMs }) => command.startsWith("continuo") && medianMs >= LIMIT_MS);
  const report = { node: values.node, rounds, limitMs: LIMIT_MS, withinLimit: slow.length === 0, commands };
  if (values.json) console.log(JSON.stringify(report, null, 2));
  else for (const { command, gateway, medianMs } of commands) console.log(`${command.padEnd(20)} gateway ${gateway}  ${String(medianMs).padStart(6)} ms`);
} finally {
  await running.stop();
  rmSync(stopped, { recursive: true, force: true });
}
