import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../test/cli/built.ts";
import { environment, startGateway } from "../test/cli/process.ts";
import type { Bench, Measure } from "./lib/bench.ts";
import { median } from "./lib/stats.ts";

const ROUNDS = 15;
const LIMIT_MS = 150;
const MEMORY_ROUNDS = 5;
const LAUNCHER = join(ROOT, "bin/continuo.js");

interface Case {
  readonly key: string;
  readonly means: string;
  readonly node: string;
  readonly args: readonly string[];
  readonly stateDir: string;
  /** A port that nobody listens on, so that a gateway of this machine's own is never asked. */
  readonly port: number | null;
  readonly hasBar: boolean;
}

function timeOnce({ node, args, stateDir, port }: Case): number {
  const began = performance.now();
  spawnSync(node, [...args], { env: environment({ stateDir, ...(port === null ? {} : { port }) }), stdio: "ignore" });
  return performance.now() - began;
}

/** `BENCH_OLDER_NODE` is a Node before 24: the launcher then hands over, as for people who have that one. */
function casesOf(running: string, stopped: string, older: string | undefined): Case[] {
  const off = { stateDir: stopped, port: 1 };
  const on = { stateDir: running, port: null };
  const of = (node: string, suffix: string, hasBar: boolean): Case[] => [
    { key: `version${suffix}`, means: "continuo --version", node, args: [LAUNCHER, "--version"], ...off, hasBar },
    { key: `help${suffix}`, means: "continuo --help", node, args: [LAUNCHER, "--help"], ...off, hasBar },
    ...["status", "sessions", "doctor"].flatMap((command) => [
      { key: `${command}${suffix}`, means: `continuo ${command}, asking a running gateway`, node, args: [LAUNCHER, command], ...on, hasBar },
      { key: `${command}Stopped${suffix}`, means: `continuo ${command}, no gateway`, node, args: [LAUNCHER, command], ...off, hasBar },
    ]),
  ];
  const bare: Case = { key: "nodeMs", means: "node -e 0: what starting Node itself costs here", node: process.execPath, args: ["-e", "0"], ...off, hasBar: false };
  return [bare, ...of(process.execPath, "Ms", true), ...(older === undefined ? [] : of(older, "OlderNodeMs", false))];
}

/** From being called to being gone, each a fresh process; one of each in turn, so that load falls on all alike. */
function measure(cases: readonly Case[]): Measure[] {
  const times = cases.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, one] of cases.entries()) {
      const took = timeOnce(one);
      // The first round fills the cache of compiled code.
      if (round > 0) times[index]?.push(took);
    }
  }
  return cases.map(({ key, means, hasBar }, index) => {
    const bar = hasBar ? { bar: { is: "at most" as const, value: LIMIT_MS } } : {};
    return { key, value: median(times[index] ?? []), unit: "ms", means, ...bar };
  });
}

/** Loaded before the program; itself nothing that has to be compiled. */
const MEMORY_PROBE = `data:text/javascript,process.on("exit",()=>process.getBuiltinModule("node:fs").writeFileSync(process.env.BENCH_MEMORY,String(process.resourceUsage().maxRSS/1024)))`;

/** The most memory that a program has, its share of what all programs of this Node share included. */
function mostMb(args: readonly string[], stateDir: string, scratch: string): number {
  const file = join(scratch, "memory");
  const sizes = Array.from({ length: MEMORY_ROUNDS }, () => {
    spawnSync(process.execPath, ["--import", MEMORY_PROBE, ...args], { env: { ...environment({ stateDir }), BENCH_MEMORY: file }, stdio: "ignore" });
    return Number(readFileSync(file, "utf8"));
  });
  return median(sizes);
}

export const cli: Bench = {
  name: "cli",
  description: "how long the commands take from being called to being gone, with and without a gateway",
  async run(say) {
    const running = await startGateway();
    const stopped = mkdtempSync(join(tmpdir(), "continuo-bench-"));
    try {
      say(`${ROUNDS} rounds of every command`);
      const times = measure(casesOf(running.stateDir, stopped, process.env["BENCH_OLDER_NODE"]));
      return [
        ...times,
        { key: "statusMb", value: mostMb([LAUNCHER, "status"], running.stateDir, stopped), unit: "MB", bar: { is: "at most", value: 50 }, means: "the most memory of continuo status, asking a running gateway" },
        { key: "nodeMb", value: mostMb(["-e", "0"], running.stateDir, stopped), unit: "MB", means: "of that, Node itself: node -e 0" },
      ];
    } finally {
      await running.stop();
      rmSync(stopped, { recursive: true, force: true });
    }
  },
};
