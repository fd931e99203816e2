/** What the gateway adds to a turn, how many turns it carries, and what it costs to have it running. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Measure } from "./lib/bench.ts";
import { connect, type Client } from "./lib/client.ts";
import { createSandbox, startGateway, type RunningGateway, type Sandbox } from "./lib/gateway.ts";
import { ANSWER, startMockModel, type MockModel, type ModelMessage } from "./lib/model.ts";
import { cpuMs, residentMb } from "./lib/process.ts";
import { median, percentile } from "./lib/stats.ts";

const WARM_UP_TURNS = 50;
const TURNS = 300;
const SIDE_BY_SIDE = 20;
const TURNS_EACH = 100;
const STARTS = 7;
const IDLE_MS = 5_000;
const MESSAGE = "What did I ask you to remember?";

type Say = (what: string) => void;

/** The request that the gateway makes for the n-th turn of a session, as far as its size is concerned. */
function conversation(turn: number): ModelMessage[] {
  const earlier = Array.from({ length: turn }, (): ModelMessage[] => [
    { role: "user", content: MESSAGE },
    { role: "assistant", content: ANSWER },
  ]).flat();
  return [{ role: "system", content: "You are an assistant, reached through Continuo." }, ...earlier, { role: "user", content: MESSAGE }];
}

/** The model's own time for the same requests, asked directly over a connection that is kept open. */
async function measureModel(model: MockModel): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < WARM_UP_TURNS + TURNS; turn++) times.push(await model.ask(conversation(turn)));
  return median(times.slice(WARM_UP_TURNS));
}

async function measureSequential(model: MockModel, client: Client, say: Say): Promise<Measure[]> {
  say(`${WARM_UP_TURNS} + ${TURNS} turns one after the other, the model alone`);
  const modelMs = await measureModel(model);
  say(`${WARM_UP_TURNS} + ${TURNS} turns one after the other in one session`);
  const times: number[] = [];
  for (let turn = 0; turn < WARM_UP_TURNS + TURNS; turn++) times.push(await client.turn("agent:main:one", MESSAGE));
  const added = times.slice(WARM_UP_TURNS).map((ms) => ms - modelMs);
  return [
    { key: "p50Ms", value: percentile(added, 0.5), unit: "ms", bar: { is: "at most", value: 3 }, means: "added to a turn, median" },
    { key: "p95Ms", value: percentile(added, 0.95), unit: "ms", means: "added to a turn, 95 of 100" },
    { key: "p99Ms", value: percentile(added, 0.99), unit: "ms", bar: { is: "at most", value: 12 }, means: "added to a turn, 99 of 100" },
    { key: "modelMs", value: modelMs, unit: "ms", means: "the mock model alone, subtracted above" },
    { key: "first50Ms", value: median(added.slice(0, 50)), unit: "ms", means: `added, turns ${WARM_UP_TURNS + 1} to ${WARM_UP_TURNS + 50} of the session` },
    { key: "last50Ms", value: median(added.slice(-50)), unit: "ms", means: `added, its last 50 turns: does a long session cost more?` },
  ];
}

async function measureSideBySide(gateway: RunningGateway, client: Client, say: Say): Promise<Measure[]> {
  say(`${SIDE_BY_SIDE} sessions side by side, ${TURNS_EACH} turns each`);
  const times: number[] = [];
  const converse = async (key: string, turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) times.push(await client.turn(key, MESSAGE));
  };
  const keys = Array.from({ length: SIDE_BY_SIDE }, (_, index) => `agent:main:side-${index}`);
  const [cpuBefore, began] = [cpuMs(gateway.pid), performance.now()];
  await Promise.all(keys.map((key) => converse(key, TURNS_EACH)));
  const [cpu, tookMs] = [cpuMs(gateway.pid) - cpuBefore, performance.now() - began];
  return [
    { key: "turnsPerSecond", value: (times.length / tookMs) * 1000, unit: "/s", bar: { is: "at least", value: 300 }, means: `turns, ${SIDE_BY_SIDE} sessions side by side` },
    { key: "cpuMsPerTurn", value: cpu / times.length, unit: "ms", bar: { is: "at most", value: 2.5 }, means: "CPU of the gateway for each of those" },
    { key: "sideBySideP50Ms", value: percentile(times, 0.5), unit: "ms", means: "each of those turns, model included, median" },
    { key: "sideBySideP99Ms", value: percentile(times, 0.99), unit: "ms", means: "each of those turns, model included, 99 of 100" },
    { key: "busyRssMb", value: residentMb(gateway.pid, "VmHWM"), unit: "MB", means: "most memory until then" },
  ];
}

async function readyTimes(directory: () => string, sandbox: Sandbox): Promise<number[]> {
  const times: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const gateway = await startGateway(directory(), sandbox.cacheDir);
    times.push(gateway.readyMs);
    await gateway.stop();
  }
  return times;
}

async function measureStarts(sandbox: Sandbox, model: MockModel, withHistory: string, say: Say): Promise<Measure[]> {
  say(`${STARTS} starts on a new state directory, ${STARTS} on one with history`);
  const fresh = await readyTimes(() => sandbox.stateDir(model.baseUrl), sandbox);
  const old = await readyTimes(() => withHistory, sandbox);
  return [
    { key: "readyMs", value: median(fresh), unit: "ms", bar: { is: "at most", value: 400 }, means: `from spawn to 200 on /readyz, median of ${STARTS}` },
    { key: "readyWithHistoryMs", value: median(old), unit: "ms", means: "the same with the history of all these turns" },
  ];
}

async function measureIdle(gateway: RunningGateway, say: Say): Promise<Measure[]> {
  say(`idle for ${IDLE_MS / 1000} s`);
  await sleep(IDLE_MS);
  return [
    { key: "idleRssMb", value: residentMb(gateway.pid), unit: "MB", bar: { is: "at most", value: 110 }, means: `memory after ${IDLE_MS / 1000} s without a turn` },
    { key: "firstReadyMs", value: gateway.readyMs, unit: "ms", means: "the very first start, nothing compiled yet" },
  ];
}

/** The keys that the promises name stand first, in their order; what explains them follows. */
const FIRST: readonly string[] = ["p50Ms", "p95Ms", "p99Ms", "turnsPerSecond", "cpuMsPerTurn", "readyMs", "idleRssMb"];

function inOrder(measures: readonly Measure[]): Measure[] {
  const first = FIRST.flatMap((key) => measures.filter((measure) => measure.key === key));
  return [...first, ...measures.filter(({ key }) => !FIRST.includes(key))];
}

export const turns: Bench = {
  name: "turns",
  description: "what the gateway adds to a turn, how many it carries, CPU, start and memory: the built program against a mock model",
  async run(say) {
    const sandbox = createSandbox();
    const model = await startMockModel();
    try {
      const stateDir = sandbox.stateDir(model.baseUrl);
      const gateway = await startGateway(stateDir, sandbox.cacheDir);
      const measures: Measure[] = [];
      try {
        measures.push(...(await measureIdle(gateway, say)));
        const client = await connect(gateway.url, gateway.token);
        measures.push(...(await measureSequential(model, client, say)), ...(await measureSideBySide(gateway, client, say)));
        await client.close();
      } finally {
        await gateway.stop();
      }
      measures.push(...(await measureStarts(sandbox, model, stateDir, say)));
      return inOrder(measures);
    } finally {
      await model.stop();
      sandbox.remove();
    }
  },
};
