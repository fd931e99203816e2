/** How many messages a second the store accepts, and how many turns it commits: real SQLite, durable defaults. */
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
import { openStore } from "../src/store/open.ts";
import { claimTurn, type ClaimedTurn } from "../src/turns/claim.ts";
import { commitTurn, endOf } from "../src/turns/commit.ts";
import type { Bench, Measure } from "./lib/bench.ts";
import { median } from "./lib/stats.ts";

const SIDE_BY_SIDE = 20;
const ONE_BY_ONE = 1_000;
const ROUNDS = 100;
const RUNS = 3;
const FLUSHES = 200;

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
function openLine(directory: string) {
  const ids = createIds(systemClock);
  const store = openStore(join(directory, "state.sqlite"));
  const routing = compileRouting({});
  const parts = {
    store,
    ids,
    tenure: { holder: "bench", leaseMs: 30_000, heldUntil: async () => null, onBusy: () => undefined },
    settings: {
      queue: () => ({ mode: "collect", debounceMs: 0, cap: 20, drop: "summarize" }) as const, maxAttempts: () => 3,
      canReach: () => true,
      canary: () => null,
      budgets: () => NO_BUDGETS,
      concurrency: () => ({ total: Infinity, perPerson: Infinity }),
      cost: () => null,
      agents: () => compileAgents({ agents: { defaults: { model: "mock/mock" } } }),
      audience: () => "owner",
      resetPolicy: (type: Parameters<typeof resetPolicy>[1], channel: string) => resetPolicy({}, type, channel),
    },
    tellOwner: async () => undefined,
  };
  const end = endOf({ kind: "answered", text: "This is the answer.", model: "mock/mock", usage: { input: 10, output: 5, cacheRead: null, cacheWrite: null }, stopReason: "stop" });
  let count = 0;
  return {
    close: () => store.close(),
    async accept(key: string): Promise<void> {
      const message = operatorMessage(key, `m-${++count}`);
      const item = { message, route: resolveRoute(routing, message), command: null, state: "queued" } as const;
      await store.transaction((tx) => accept(tx, item, ids, systemClock));
    },
    async claim(key: string): Promise<ClaimedTurn> {
      const claim = await store.transaction((tx) => claimTurn(parts, tx, key, Date.now()));
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
function flushesPerSecond(directory: string): number {
  const file = openSync(join(directory, "flushes"), "w");
  const page = Buffer.alloc(4096, 1);
  const began = performance.now();
  for (let flush = 0; flush < FLUSHES; flush++) {
    writeSync(file, page);
    fdatasyncSync(file);
  }
  const tookMs = performance.now() - began;
  closeSync(file);
  return (FLUSHES / tookMs) * 1000;
}

interface Run {
  readonly sequential: Spent;
  readonly parallel: Spent;
  readonly flushes: number;
}

async function runOnce(): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-bench-store-"));
  const line = openLine(directory);
  try {
    return { sequential: await oneByOne(line), parallel: await sideBySide(line), flushes: flushesPerSecond(directory) };
  } finally {
    await line.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

export const store: Bench = {
  name: "store",
  description: "accepts and commits a second on the embedded store, one by one and 20 side by side",
  async run(say) {
    const runs: Run[] = [];
    for (let run = 1; run <= RUNS; run++) {
      say(`run ${run} of ${RUNS}`);
      runs.push(await runOnce());
    }
    const rate = (count: number, ms: (run: Run) => number): number => (count / median(runs.map(ms))) * 1000;
    const many = ROUNDS * SIDE_BY_SIDE;
    const measure = (key: string, value: number, means: string): Measure => ({ key, value, unit: "/s", means });
    return [
      measure("acceptsPerSecond", rate(ONE_BY_ONE, (run) => run.sequential.acceptMs), "messages accepted, one by one"),
      measure("commitsPerSecond", rate(ONE_BY_ONE, (run) => run.sequential.commitMs), "turns committed, one by one"),
      measure("acceptsPerSecond20", rate(many, (run) => run.parallel.acceptMs), "messages accepted, 20 at once"),
      measure("commitsPerSecond20", rate(many, (run) => run.parallel.commitMs), "turns committed, 20 at once"),
      measure("claimsPerSecond", rate(ONE_BY_ONE, (run) => run.sequential.claimMs), "turns claimed, one by one"),
      measure("claimsPerSecond20", rate(many, (run) => run.parallel.claimMs), "turns claimed, 20 at once"),
      measure("flushesPerSecond", median(runs.map(({ flushes }) => flushes)), "what the disk allows: 4 KB and a flush"),
    ];
  },
};
