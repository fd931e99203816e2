/** Whether a gateway remembers whom it has talked with: its memory after few sessions and after many. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench } from "./lib/bench.ts";
import { connect, type Client } from "./lib/client.ts";
import { createSandbox, startGateway } from "./lib/gateway.ts";
import { startMockModel } from "./lib/model.ts";
import { cpuMs, residentMb } from "./lib/process.ts";

const FEW = 100;
const MANY = Number(process.env["BENCH_SESSIONS"] ?? 10_000);
const SIDE_BY_SIDE = 20;
/** As many turns in few sessions as warm the engine up, so that what is compared is sessions and not turns. */
const WARM_UP_TURNS = 2_000;
/** Node tidies up half a minute after the last work, which may be the writing of what people read beside the database. */
const REST_MS = 35_000;
const LOOK_EVERY_MS = 1_000;
const PATIENCE_MS = 180_000;
/** Less CPU than this within a look is rest. */
const RESTING_MS = 50;
const MESSAGE = "What did I ask you to remember? It was the name of a street, and the year in which we met there.";

/** One turn after the other in each of the sessions, twenty sessions at a time. */
async function talk(client: Client, sessions: number, turns: number): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < turns) {
      const key = `agent:main:s${next++ % sessions}`;
      await client.turn(key, MESSAGE);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, one));
}

/** The least memory until it has rested for a while. */
async function leastMb(pid: number): Promise<number> {
  let least = residentMb(pid);
  let rested = 0;
  for (let waited = 0; waited < PATIENCE_MS && rested < REST_MS; waited += LOOK_EVERY_MS) {
    const before = cpuMs(pid);
    await sleep(LOOK_EVERY_MS);
    rested = cpuMs(pid) - before < RESTING_MS ? rested + LOOK_EVERY_MS : 0;
    least = Math.min(least, residentMb(pid));
  }
  return least;
}

export const memory: Bench = {
  name: "memory",
  description: `resident memory after ${MANY.toLocaleString("en-US")} sessions were talked in, over after ${FEW}`,
  async run(say) {
    const sandbox = createSandbox();
    const model = await startMockModel();
    try {
      const gateway = await startGateway(sandbox.stateDir(model.baseUrl), sandbox.cacheDir);
      try {
        const client = await connect(gateway.url, gateway.token);
        const idleMb = residentMb(gateway.pid);
        const rested = async (sessions: number, turns: number): Promise<number> => {
          say(`${turns.toLocaleString("en-US")} turns in ${sessions.toLocaleString("en-US")} sessions, then a rest`);
          await talk(client, sessions, turns);
          return leastMb(gateway.pid);
        };
        const few = await rested(FEW, WARM_UP_TURNS);
        const many = await rested(MANY, MANY);
        const again = await rested(MANY, MANY);
        const most = residentMb(gateway.pid, "VmHWM");
        await client.close();
        return [
          { key: "idleMb", value: idleMb, unit: "MB", means: "before the first turn" },
          { key: "fewMb", value: few, unit: "MB", means: `after ${WARM_UP_TURNS.toLocaleString("en-US")} turns in ${FEW} sessions` },
          { key: "manyMb", value: many, unit: "MB", means: `after a turn in each of ${MANY.toLocaleString("en-US")} more` },
          { key: "againMb", value: again, unit: "MB", means: "after another turn in each of those" },
          { key: "mostMb", value: most, unit: "MB", means: "the most that it ever had" },
          { key: "ratio", value: many / few, unit: "x", bar: { is: "at most", value: 1.3 }, means: "many sessions over few" },
          { key: "drift", value: again / many, unit: "x", bar: { is: "at most", value: 1.1 }, means: "the second round over the first" },
        ];
      } finally {
        await gateway.stop();
      }
    } finally {
      await model.stop();
      sandbox.remove();
    }
  },
};
