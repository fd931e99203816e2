/** Whether a gateway with much to keep freezes under load: 10,000 sessions with 100 MB of metadata, a long conversation, a dead chat. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Measure } from "./lib/bench.ts";
import { connect, type Client } from "./lib/client.ts";
import { createSandbox, startGateway } from "./lib/gateway.ts";
import { startMockModel } from "./lib/model.ts";
import { median, percentile } from "./lib/stats.ts";
import { stallsOf, watched, type Stalls } from "./lib/stalls.ts";
import { fillState, LONG_KEY, storedKey } from "./lib/stored.ts";

const SESSIONS = Number(process.env["BENCH_SESSIONS"] ?? 10_000);
const METADATA_BYTES = 10_000;
const LONG = 100_000;
const OWED = 5_000;
const SIDE_BY_SIDE = 20;
const WARM_UP_MS = 10_000;
const ROUND_MS = 10_000;
const ROUNDS = 5;
const LOOK_EVERY_MS = 50;

/** What the people at the page do while the agent talks with others. */
async function look(client: Client, times: number[], isOver: () => boolean): Promise<void> {
  for (let round = 0; !isOver(); round++) {
    times.push((await client.ask("sessions.list", { limit: 50 })).ms);
    await client.ask("chat.history", { sessionKey: round % 2 === 0 ? LONG_KEY : storedKey(round % SESSIONS), limit: 80 });
    if (round % 10 === 0) await client.ask("status", {});
    if (round % 40 === 0) await client.ask("sessions.list", { search: "number 77", limit: 50 });
    await sleep(LOOK_EVERY_MS);
  }
}

/** Each of them moves on to another session after every turn. */
async function talk(client: Client, first: number, isOver: () => boolean): Promise<number> {
  let turns = 0;
  for (; !isOver(); turns++) await client.turn(storedKey((first + turns * SIDE_BY_SIDE) % SESSIONS), "What did I ask you to remember?");
  return turns;
}

interface Round {
  readonly stalls: Stalls;
  readonly list: readonly number[];
  readonly turnsPerSecond: number;
}

async function roundOf(clients: readonly [Client, Client], ms: number, ask: () => Promise<Stalls>): Promise<Round> {
  await ask();
  const began = performance.now();
  const isOver = (): boolean => performance.now() - began > ms;
  const list: number[] = [];
  const talking = Array.from({ length: SIDE_BY_SIDE }, (_, index) => talk(clients[0], index, isOver));
  const [turns] = await Promise.all([Promise.all(talking), look(clients[1], list, isOver)]);
  const stalls = await ask();
  return { stalls, list, turnsPerSecond: (turns.reduce((sum, count) => sum + count, 0) / (performance.now() - began)) * 1000 };
}

function measures(rounds: readonly Round[]): Measure[] {
  const of = (read: (round: Round) => number): number => median(rounds.map(read));
  return [
    { key: "longestMs", value: of(({ stalls }) => stalls.longestMs), unit: "ms", bar: { is: "at most", value: 50 }, means: `the longest that nothing else could run in ${ROUND_MS / 1000} s, median of ${ROUNDS}` },
    { key: "worstMs", value: Math.max(...rounds.map(({ stalls }) => stalls.longestMs)), unit: "ms", bar: { is: "at most", value: 100 }, means: "the longest of all" },
    { key: "busyMs", value: of(({ stalls }) => stalls.busyMs), unit: "ms", bar: { is: "at most", value: 50 }, means: "the most that the gateway itself worked in one piece (the rest: disk, other programs)" },
    { key: "worstBusyMs", value: Math.max(...rounds.map(({ stalls }) => stalls.busyMs)), unit: "ms", means: "the most of all" },
    { key: "stallP99Ms", value: of(({ stalls }) => stalls.p99Ms), unit: "ms", means: "99 of 100 looks waited no longer" },
    { key: "listP50Ms", value: of(({ list }) => percentile(list, 0.5)), unit: "ms", means: "the first 50 sessions under this load, median" },
    { key: "listP99Ms", value: of(({ list }) => percentile(list, 0.99)), unit: "ms", bar: { is: "at most", value: 100 }, means: "the same, 99 of 100" },
    { key: "turnsPerSecond", value: of(({ turnsPerSecond }) => turnsPerSecond), unit: "/s", means: "turns meanwhile" },
  ];
}

export const stalls: Bench = {
  name: "stalls",
  description: `how long the gateway stands still under load: ${SESSIONS.toLocaleString("en-US")} sessions, ${(SESSIONS * METADATA_BYTES) / 1e6} MB of metadata, ${OWED.toLocaleString("en-US")} replies to a dead chat`,
  async run(say) {
    const sandbox = createSandbox();
    const model = await startMockModel();
    try {
      const stateDir = sandbox.stateDir(model.baseUrl);
      say("writing the sessions");
      await fillState(stateDir, { sessions: SESSIONS, entriesEach: 20, metadataBytes: METADATA_BYTES, longEntries: LONG, owed: OWED });
      const { args, env, file } = watched(stateDir);
      const gateway = await startGateway(stateDir, sandbox.cacheDir, args, env);
      try {
        const clients = [await connect(gateway.url, gateway.token), await connect(gateway.url, gateway.token)] as const;
        const ask = (): Promise<Stalls> => stallsOf(gateway.pid, file);
        say(`warming up for ${WARM_UP_MS / 1000} s`);
        await roundOf(clients, WARM_UP_MS, ask);
        const rounds: Round[] = [];
        for (let round = 1; round <= ROUNDS; round++) {
          say(`round ${round} of ${ROUNDS}: ${ROUND_MS / 1000} s of ${SIDE_BY_SIDE} people talking and one looking`);
          rounds.push(await roundOf(clients, ROUND_MS, ask));
        }
        for (const client of clients) await client.close();
        return measures(rounds);
      } finally {
        await gateway.stop();
      }
    } finally {
      await model.stop();
      sandbox.remove();
    }
  },
};
