/** How many messages a second the store accepts, and how many turns it commits, on both engines: durable defaults. */
import { compileAgents } from "../src/agent/settings.ts";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../src/domain/clock.ts";
import { createIds } from "../src/domain/ids.ts";
import { NO_BUDGETS } from "../src/domain/budget.ts";
import type { InboundMessage } from "../src/domain/message.ts";
import { accept } from "../src/inbox/accept.ts";
import { compileRouting, resolveRoute } from "../src/routing/index.ts";
import { resetPolicy } from "../src/sessions/reset.ts";
import type { Store } from "../src/store/store.ts";
import { claimTurn, type ClaimedTurn } from "../src/turns/claim.ts";
import { commitTurn, endOf } from "../src/turns/commit.ts";
import type { Bench, Measure } from "./lib/bench.ts";
import { openEngine, type BenchEngine } from "./lib/engines.ts";
import { median } from "./lib/stats.ts";

const SIDE_BY_SIDE = 20;
const ONE_BY_ONE = 500;
const ROUNDS = 100;
const RUNS = 3;
const FLUSHES = 200;
const RAW = 300;

function operatorMessage(sessionKey: string, messageId: string): InboundMessage {
  return {
    address: { channel: "terminal", account: "default", chat: "operator", thread: null },
    chatKind: "dm",
    sender: { id: "operator", name: null, username: null },
    messageId,
    text: "What did I ask you to remember?",
    mentioned: true,
    sentAt: Date.now(),
    place: null,
    target: { sessionKey, agentId: null },
  };
}

/** The way in and out of the store, without anything around it. */
function openLine(store: Store) {
  const ids = createIds(systemClock);
  const routing = compileRouting({});
  const parts = {
    store,
    ids,
    tenure: { holder: "bench", leaseMs: 30_000, heldUntil: async () => null, onBusy: () => undefined }, catchUp: () => false,
    settings: {
      queue: () => ({ mode: "collect", debounceMs: 0, cap: 20, drop: "summarize" }) as const, maxAttempts: () => 3,
      canReach: () => true,
      mayAnswer: () => true,
      canary: () => null,
      budgets: () => NO_BUDGETS,
      concurrency: () => ({ total: Infinity, perPerson: Infinity, jobs: Infinity }),
      cost: () => null,
      agents: () => compileAgents({ agents: { defaults: { model: "mock/mock" } } }),
      audience: () => "owner",
      resetPolicy: (type: Parameters<typeof resetPolicy>[1], channel: string) => resetPolicy({}, type, channel),
    },
    tellOwner: async () => undefined,
  };
  const end = endOf({ kind: "answered", text: "This is the answer.", model: "mock/mock", usage: { input: 10, output: 5, cacheRead: null, cacheWrite: null }, stopReason: "stop" }, "en");
  let count = 0;
  return {
    async accept(key: string): Promise<void> {
      const message = operatorMessage(key, `m-${++count}`);
      const item = { message, route: resolveRoute(routing, message), command: null, state: "queued" } as const;
      await store.transaction((tx) => accept(tx, item, ids, systemClock), key);
    },
    async claim(key: string): Promise<ClaimedTurn> {
      const claim = await store.transaction((tx) => claimTurn(parts, tx, key, Date.now()), key);
      if (claim.kind !== "claimed") throw new Error(`nothing to claim in ${key}: ${claim.kind}`);
      return claim.claimed;
    },
    commit: (claimed: ClaimedTurn) => commitTurn(parts, claimed, end, null, Date.now()),
  };
}

type OpenLine = ReturnType<typeof openLine>;

const keys = Array.from({ length: SIDE_BY_SIDE }, (_, index) => `agent:main:bench-${index}`);

interface Spent {
  acceptMs: number;
  claimMs: number;
  commitMs: number;
}

/** One message at a time through one session. */
async function oneByOne(line: OpenLine): Promise<Spent> {
  const spent: Spent = { acceptMs: 0, claimMs: 0, commitMs: 0 };
  for (let turn = 0; turn < ONE_BY_ONE; turn++) {
    const began = performance.now();
    await line.accept("agent:main:bench");
    const accepted = performance.now();
    const claimed = await line.claim("agent:main:bench");
    const taken = performance.now();
    await line.commit(claimed);
    spent.acceptMs += accepted - began;
    spent.claimMs += taken - accepted;
    spent.commitMs += performance.now() - taken;
  }
  return spent;
}

/** Rounds of one message in each of the sessions at once, so that they can share a flush. */
async function sideBySide(line: OpenLine): Promise<Spent> {
  const spent: Spent = { acceptMs: 0, claimMs: 0, commitMs: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    await Promise.all(keys.map((key) => line.accept(key)));
    const accepted = performance.now();
    const claimed = await Promise.all(keys.map((key) => line.claim(key)));
    const taken = performance.now();
    await Promise.all(claimed.map((turn) => line.commit(turn)));
    spent.acceptMs += accepted - began;
    spent.claimMs += taken - accepted;
    spent.commitMs += performance.now() - taken;
  }
  return spent;
}

/** What the disk itself allows: small writes to a file, each flushed. */
function flushesPerSecond(): number {
  const directory = mkdtempSync(join(tmpdir(), "continuo-bench-flushes-"));
  const file = openSync(join(directory, "flushes"), "w");
  const page = Buffer.alloc(4096, 1);
  const began = performance.now();
  for (let flush = 0; flush < FLUSHES; flush++) {
    writeSync(file, page);
    fdatasyncSync(file);
  }
  const tookMs = performance.now() - began;
  closeSync(file);
  rmSync(directory, { recursive: true, force: true });
  return (FLUSHES / tookMs) * 1000;
}

interface Run {
  readonly sequential: Spent;
  readonly parallel: Spent;
  /** What the engine commits by itself, looked at on both sides of the work: a slow moment hits both. */
  readonly raw: number;
}

async function runOnce(engine: BenchEngine, line: OpenLine): Promise<Run> {
  const before = await engine.rawCommitsPerSecond(RAW);
  const sequential = await oneByOne(line);
  const between = await engine.rawCommitsPerSecond(RAW);
  const parallel = await sideBySide(line);
  return { sequential, parallel, raw: (before + between + (await engine.rawCommitsPerSecond(RAW))) / 3 };
}

function measuresOf(runs: readonly Run[], prefix: string, engine: string): Measure[] {
  const rate = (count: number, ms: number): number => (count / ms) * 1000;
  const many = ROUNDS * SIDE_BY_SIDE;
  const of = (read: (run: Run) => number): number => median(runs.map(read));
  const key = (name: string): string => (prefix === "" ? name : prefix + name.charAt(0).toUpperCase() + name.slice(1));
  const measure = (name: string, read: (run: Run) => number, means: string): Measure => ({ key: key(name), value: of(read), unit: "/s", means: `${engine}: ${means}` });
  const ratio = (name: string, read: (run: Run) => number, least: number, means: string): Measure => ({
    ...{ key: key(name), value: of((run) => read(run) / run.raw), unit: "x", bar: { is: "at least", value: least }, means: `${engine}: ${means}` },
  });
  return [
    measure("rawCommitsPerSecond", ({ raw }) => raw, "the engine by itself: one row a transaction, as durable"),
    measure("acceptsPerSecond", ({ sequential }) => rate(ONE_BY_ONE, sequential.acceptMs), "messages accepted, one by one"),
    ratio("acceptRatio", ({ sequential }) => rate(ONE_BY_ONE, sequential.acceptMs), 0.5, "that over the engine by itself"),
    measure(`acceptsPerSecond${SIDE_BY_SIDE}`, ({ parallel }) => rate(many, parallel.acceptMs), `messages accepted, ${SIDE_BY_SIDE} at once`),
    ratio(`acceptRatio${SIDE_BY_SIDE}`, ({ parallel }) => rate(many, parallel.acceptMs), 3, "that over the engine by itself: flushes are shared"),
    measure("claimsPerSecond", ({ sequential }) => rate(ONE_BY_ONE, sequential.claimMs), "turns claimed, one by one"),
    measure(`claimsPerSecond${SIDE_BY_SIDE}`, ({ parallel }) => rate(many, parallel.claimMs), `turns claimed, ${SIDE_BY_SIDE} at once`),
    measure("commitsPerSecond", ({ sequential }) => rate(ONE_BY_ONE, sequential.commitMs), "turns committed, one by one"),
    measure(`commitsPerSecond${SIDE_BY_SIDE}`, ({ parallel }) => rate(many, parallel.commitMs), `turns committed, ${SIDE_BY_SIDE} at once`),
  ];
}

async function measureEngine(name: BenchEngine["name"], say: (what: string) => void): Promise<Measure[]> {
  const engine = await openEngine(name);
  if (engine === null) {
    say(`${name} is not there for this platform`);
    return [];
  }
  try {
    const line = openLine(engine.store);
    const runs: Run[] = [];
    for (let run = 0; run <= RUNS; run++) {
      say(`${name}: ${run === 0 ? "warming up" : `run ${run} of ${RUNS}`}`);
      const one = await runOnce(engine, line);
      if (run > 0) runs.push(one);
    }
    return measuresOf(runs, name === "sqlite" ? "" : name, name === "sqlite" ? "SQLite" : "PostgreSQL");
  } finally {
    await engine.close();
  }
}

export const store: Bench = {
  name: "store",
  description: `accepts and commits a second on both engines, one by one and ${SIDE_BY_SIDE} side by side, over what the engine commits by itself`,
  async run(say) {
    const flushes = flushesPerSecond();
    return [
      ...(await measureEngine("sqlite", say)),
      ...(await measureEngine("postgres", say)),
      { key: "flushesPerSecond", value: flushes, unit: "/s", means: "what the disk allows: 4 KB and a flush" },
    ];
  },
};
