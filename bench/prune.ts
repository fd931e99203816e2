/** Whether a chat feels that sessions are removed beside it: an agent with far more than it may keep, and somebody who talks meanwhile. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Measure } from "./lib/bench.ts";
import { connect, type Client } from "./lib/client.ts";
import { createSandbox, startGateway } from "./lib/gateway.ts";
import { startMockModel } from "./lib/model.ts";
import { stallsOf, watched } from "./lib/stalls.ts";
import { median, percentile } from "./lib/stats.ts";
import { fillState } from "./lib/stored.ts";

const SESSIONS = Number(process.env["BENCH_SESSIONS"] ?? 20_000);
const CAP = 500;
const KEY = "agent:main:chat";
const QUIET_MS = 5_000;
const BETWEEN_TURNS_MS = 20;
const PATIENCE_MS = 1_800_000;

/** A maintenance that would rather have less of it all. */
function enforce(stateDir: string): void {
  const path = join(stateDir, "openclaw.json");
  const config = JSON.parse(readFileSync(path, "utf8")) as object;
  const maintenance = { mode: "enforce", maxEntries: CAP, pruneAfter: "9999d", maxDiskBytes: "4mb" };
  writeFileSync(path, JSON.stringify({ ...config, session: { maintenance } }));
}

async function talk(client: Client, isOver: () => boolean): Promise<number[]> {
  const times: number[] = [];
  while (!isOver()) {
    const began = performance.now();
    await client.turn(KEY, "What did I ask you to remember?");
    times.push(performance.now() - began);
    await sleep(BETWEEN_TURNS_MS);
  }
  return times;
}

const total = async (client: Client): Promise<number> => Number((await client.ask("sessions.list", { limit: 1 })).payload["total"]);

/** From its first removal to its last. */
async function meanwhile(client: Client, looker: Client): Promise<{ readonly times: number[]; readonly tookMs: number }> {
  const began = performance.now();
  const patience = (): void => {
    if (performance.now() - began > PATIENCE_MS) throw new Error("the sessions are not down to the cap");
  };
  while ((await total(looker)) > SESSIONS - 10) await sleep(200).then(patience);
  const removing = performance.now();
  let isOver = false;
  const talking = talk(client, () => isOver);
  while ((await total(looker)) > CAP) await sleep(500).then(patience);
  isOver = true;
  return { times: await talking, tookMs: performance.now() - removing };
}

export const prune: Bench = {
  name: "prune",
  description: `how a chat feels it that ${SESSIONS.toLocaleString("en-US")} sessions come down to ${CAP}`,
  async run(say): Promise<Measure[]> {
    const sandbox = createSandbox();
    const model = await startMockModel();
    try {
      const stateDir = sandbox.stateDir(model.baseUrl);
      enforce(stateDir);
      say("writing the sessions");
      await fillState(stateDir, { sessions: SESSIONS, entriesEach: 4 });
      const { args, env, file } = watched(stateDir);
      const gateway = await startGateway(stateDir, sandbox.cacheDir, args, env);
      const [talker, looker] = [await connect(gateway.url, gateway.token), await connect(gateway.url, gateway.token)];
      try {
        say("talking before it begins");
        const until = performance.now() + QUIET_MS;
        const quiet = median(await talk(talker, () => performance.now() > until));
        await stallsOf(gateway.pid, file);
        say("removing, and talking meanwhile");
        const { times, tookMs } = await meanwhile(talker, looker);
        const stalls = await stallsOf(gateway.pid, file);
        return [
          { key: "turnQuietMs", value: quiet, unit: "ms", means: "a turn while nothing is removed, median" },
          { key: "turnP50Ms", value: median(times), unit: "ms", means: "a turn while sessions are removed, median" },
          { key: "turnP99Ms", value: percentile(times, 0.99), unit: "ms", means: "the same, 99 of 100" },
          { key: "waitMaxMs", value: Math.max(...times) - quiet, unit: "ms", bar: { is: "at most", value: 100 }, means: `the longest of ${times.length} turns, beyond the median while nothing is removed` },
          { key: "stallMaxMs", value: stalls.longestMs, unit: "ms", bar: { is: "at most", value: 100 }, means: "the longest that nothing else could run" },
          { key: "removedPerSecond", value: ((SESSIONS - CAP) / tookMs) * 1000, unit: "/s", means: "sessions removed" },
        ];
      } finally {
        for (const client of [talker, looker]) await client.close();
        await gateway.stop();
      }
    } finally {
      await model.stop();
      sandbox.remove();
    }
  },
};
