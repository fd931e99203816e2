/** Whether a gateway that has years behind it starts as quickly as a new one. */
import { statSync } from "node:fs";
import { statePaths } from "../src/main/state-paths.ts";
import type { Bench } from "./lib/bench.ts";
import { connect } from "./lib/client.ts";
import { createSandbox, startGateway, type Sandbox } from "./lib/gateway.ts";
import { startMockModel } from "./lib/model.ts";
import { residentMb } from "./lib/process.ts";
import { median } from "./lib/stats.ts";
import { fillState } from "./lib/stored.ts";

const SESSIONS = Number(process.env["BENCH_SESSIONS"] ?? 100_000);
const ENTRIES_EACH = Number(process.env["BENCH_ENTRIES_EACH"] ?? 50);
const STARTS = 9;

interface Start {
  readonly readyMs: number;
  /** From asking for it to the answer of the first turn. */
  readonly answeredMs: number;
  readonly rssMb: number;
  readonly stopMs: number;
}

async function startOnce(stateDir: string, sandbox: Sandbox): Promise<Start> {
  const gateway = await startGateway(stateDir, sandbox.cacheDir);
  const client = await connect(gateway.url, gateway.token);
  const answeredMs = gateway.readyMs + (await client.turn("agent:main:main", "Are you there?"));
  const rssMb = residentMb(gateway.pid);
  await client.close();
  const began = performance.now();
  await gateway.stop();
  return { readyMs: gateway.readyMs, answeredMs, rssMb, stopMs: performance.now() - began };
}

export const ready: Bench = {
  name: "ready",
  description: `starting with ${SESSIONS.toLocaleString("en-US")} sessions and ${(SESSIONS * ENTRIES_EACH).toLocaleString("en-US")} messages, over starting with none`,
  async run(say) {
    const sandbox = createSandbox();
    const model = await startMockModel();
    try {
      const [empty, full] = [sandbox.stateDir(model.baseUrl), sandbox.stateDir(model.baseUrl)];
      say(`writing ${(SESSIONS * ENTRIES_EACH).toLocaleString("en-US")} messages`);
      await fillState(full, { sessions: SESSIONS, entriesEach: ENTRIES_EACH });
      const storedMb = statSync(statePaths(full).database).size / 2 ** 20;
      const starts: { empty: Start; full: Start }[] = [];
      for (let start = 0; start <= STARTS; start++) {
        say(start === 0 ? "the first start of each" : `start ${start} of ${STARTS} of each`);
        // In turn, so that a slow moment of the machine hits both.
        const pair = { empty: await startOnce(empty, sandbox), full: await startOnce(full, sandbox) };
        if (start > 0) starts.push(pair);
      }
      const of = (read: (pair: { empty: Start; full: Start }) => number): number => median(starts.map(read));
      return [
        { key: "readyMs", value: of((pair) => pair.empty.readyMs), unit: "ms", means: `from spawn to 200 on /readyz, nothing stored, median of ${STARTS}` },
        { key: "readyFullMs", value: of((pair) => pair.full.readyMs), unit: "ms", means: "the same with all of it stored" },
        { key: "readyRatio", value: of((pair) => pair.full.readyMs / pair.empty.readyMs), unit: "x", bar: { is: "at most", value: 1.5 }, means: "the one over the other, median of the pairs" },
        { key: "answeredMs", value: of((pair) => pair.empty.answeredMs), unit: "ms", means: "from spawn to the answer to a first message, nothing stored" },
        { key: "answeredFullMs", value: of((pair) => pair.full.answeredMs), unit: "ms", bar: { is: "at most", value: 5_000 }, means: "the same with all of it stored" },
        { key: "stopMs", value: of((pair) => pair.empty.stopMs), unit: "ms", means: "stopping, nothing stored" },
        { key: "stopFullMs", value: of((pair) => pair.full.stopMs), unit: "ms", means: "stopping with all of it stored" },
        { key: "rssMb", value: of((pair) => pair.empty.rssMb), unit: "MB", means: "memory then, nothing stored" },
        { key: "rssFullMb", value: of((pair) => pair.full.rssMb), unit: "MB", means: "memory then, all of it stored" },
        { key: "storedMb", value: storedMb, unit: "MB", means: "the database" },
      ];
    } finally {
      await model.stop();
      sandbox.remove();
    }
  },
};
