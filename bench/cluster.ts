/** Turns a second on SQLite, and on one and two gateways that share a PostgreSQL. */
import type { Bench, Measure } from "./lib/bench.ts";
import { connect, type Client } from "./lib/client.ts";
import { startDurablePostgres } from "./lib/engines.ts";
import { createSandbox, startGateway, type RunningGateway, type Sandbox } from "./lib/gateway.ts";
import { startMockModel } from "./lib/model.ts";
import { median } from "./lib/stats.ts";

const SIDE_BY_SIDE = 20;
const WARM_UP_TURNS = 10;
const TURNS_EACH = 25;
const RUNS = 5;

interface Setting {
  readonly key: string;
  readonly means: string;
  readonly gateways: readonly RunningGateway[];
  readonly clients: readonly Client[];
  readonly rates: number[];
}

async function open(sandbox: Sandbox, what: Pick<Setting, "key" | "means">, stateDirs: readonly string[]): Promise<Setting> {
  const gateways: RunningGateway[] = [];
  for (const stateDir of stateDirs) gateways.push(await startGateway(stateDir, sandbox.cacheDir));
  return { ...what, gateways, clients: await Promise.all(gateways.map(({ url, token }) => connect(url, token))), rates: [] };
}

/** Twenty people talk, each in a session of their own, spread over the gateways. */
async function turnsPerSecond({ clients, key }: Setting, turnsEach: number): Promise<number> {
  const began = performance.now();
  const converse = async (person: number): Promise<void> => {
    for (let turn = 0; turn < turnsEach; turn++) await clients[person % clients.length]?.turn(`agent:main:${key.toLowerCase()}-${person}`, "What did I ask you to remember?");
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, (_, person) => converse(person)));
  return ((SIDE_BY_SIDE * turnsEach) / (performance.now() - began)) * 1000;
}

function measures(settings: readonly Setting[]): Measure[] {
  const rates = settings.map(({ key, means, rates: all }): Measure => ({ key, value: median(all), unit: "/s", means: `turns, ${SIDE_BY_SIDE} sessions side by side: ${means}` }));
  const [, one, two] = settings;
  if (!one || !two) return rates;
  const ratio = median(two.rates.map((rate, run) => rate / (one.rates[run] ?? Number.NaN)));
  return [...rates, { key: "twoOverOne", value: ratio, unit: "x", means: "two gateways over one, median of the runs; they share this machine's processors with PostgreSQL" }];
}

export const cluster: Bench = {
  name: "cluster",
  description: "turns a second on SQLite, on one gateway over PostgreSQL, and on two",
  async run(say) {
    const sandbox = createSandbox();
    const model = await startMockModel();
    const servers = [await startDurablePostgres(), await startDurablePostgres()];
    const settings: Setting[] = [];
    try {
      settings.push(await open(sandbox, { key: "sqliteTurnsPerSecond", means: "SQLite" }, [sandbox.stateDir(model.baseUrl)]));
      const [first, second] = servers.map((server) => server?.url);
      if (first === undefined || second === undefined) say("there is no PostgreSQL for this platform");
      else {
        settings.push(await open(sandbox, { key: "postgresTurnsPerSecond", means: "one gateway over PostgreSQL" }, [sandbox.stateDir(model.baseUrl, first)]));
        const both = [sandbox.stateDir(model.baseUrl, second), sandbox.stateDir(model.baseUrl, second)];
        settings.push(await open(sandbox, { key: "postgresTurnsPerSecond2", means: "two gateways over one PostgreSQL" }, both));
      }
      for (let run = 0; run <= RUNS; run++) {
        say(run === 0 ? "warming up" : `run ${run} of ${RUNS}: ${SIDE_BY_SIDE * TURNS_EACH} turns each`);
        // In turn, so that a slow moment of the machine hits all.
        for (const setting of settings) {
          const rate = await turnsPerSecond(setting, run === 0 ? WARM_UP_TURNS : TURNS_EACH);
          if (run > 0) setting.rates.push(rate);
        }
      }
      return measures(settings);
    } finally {
      for (const { clients, gateways } of settings) {
        for (const client of clients) await client.close();
        for (const gateway of gateways) await gateway.stop();
      }
      for (const server of servers) await server?.stop();
      await model.stop();
      sandbox.remove();
    }
  },
};
