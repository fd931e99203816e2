/** Whether what is shown costs more when more is stored: the list of sessions, and the last page of a long conversation. */
import type { Bench, Measure } from "./lib/bench.ts";
import { connect, type Client } from "./lib/client.ts";
import { createSandbox, startGateway, type RunningGateway, type Sandbox } from "./lib/gateway.ts";
import { median, percentile } from "./lib/stats.ts";
import { fillState, LONG_KEY } from "./lib/stored.ts";

const SIZES = [100, 10_000, 100_000] as const;
const LONG = 100_000;
const WARM_UP = 100;
const RUNS = 5;
const ASKED = 200;
const PAGE = 50;
/** As many as the page asks for when it opens a conversation. */
const HISTORY_PAGE = 80;
const NO_MODEL = "http://127.0.0.1:9/v1";

interface Opened {
  readonly gateway: RunningGateway;
  readonly client: Client;
  readonly times: { readonly list: number[][]; readonly history: number[][] };
}

async function open(sandbox: Sandbox, sessions: number): Promise<Opened> {
  const stateDir = sandbox.stateDir(NO_MODEL);
  // The long conversation lies among the most sessions, a short one of the same key among the fewest.
  await fillState(stateDir, { sessions, entriesEach: 2, longEntries: sessions === SIZES[0] ? HISTORY_PAGE : LONG });
  const gateway = await startGateway(stateDir, sandbox.cacheDir);
  return { gateway, client: await connect(gateway.url, gateway.token), times: { list: [], history: [] } };
}

async function askList(client: Client): Promise<number> {
  const { ms, payload } = await client.ask("sessions.list", { limit: PAGE });
  if (payload["count"] !== PAGE) throw new Error(`a page of ${String(payload["count"])} sessions`);
  return ms;
}

async function askHistory(client: Client): Promise<number> {
  const { ms, payload } = await client.ask("chat.history", { sessionKey: LONG_KEY, limit: HISTORY_PAGE });
  const { length } = payload["messages"] as readonly unknown[];
  if (length !== HISTORY_PAGE) throw new Error(`a page of ${length} messages`);
  return ms;
}

/** One question to each in turn, so that a slow moment of the machine hits all. */
async function askAll(all: readonly Opened[], count: number): Promise<void> {
  for (const { times } of all) for (const list of [times.list, times.history]) list.push([]);
  for (let asked = 0; asked < count; asked++) {
    for (const { client, times } of all) {
      times.list.at(-1)?.push(await askList(client));
      times.history.at(-1)?.push(await askHistory(client));
    }
  }
}

const p99 = (runs: readonly (readonly number[])[]): number => median(runs.map((run) => percentile(run, 0.99)));
const p50 = (runs: readonly (readonly number[])[]): number => median(runs.map((run) => percentile(run, 0.5)));

function measures(all: readonly Opened[]): Measure[] {
  const [few, , many] = all;
  if (!few || !many) throw new Error("nothing was measured");
  const sized = all.flatMap(({ times }, index): Measure[] => {
    const size = SIZES[index] ?? 0;
    const name = size.toLocaleString("en-US");
    return [
      { key: `listP50Ms${size}`, value: p50(times.list), unit: "ms", means: `the first ${PAGE} of ${name} sessions, median` },
      { key: `listP99Ms${size}`, value: p99(times.list), unit: "ms", bar: { is: "at most", value: 10 }, means: `the same, 99 of 100` },
    ];
  });
  const worst = Math.max(...all.map(({ times }) => p99(times.list)));
  const best = Math.min(...all.map(({ times }) => p99(times.list)));
  return [
    ...sized,
    { key: "listRatioP50", value: Math.max(...all.map(({ times }) => p50(times.list))) / Math.min(...all.map(({ times }) => p50(times.list))), unit: "x", means: "the slowest of the medians over the fastest" },
    { key: "listRatioP99", value: worst / best, unit: "x", bar: { is: "at most", value: 1.5 }, means: "the slowest of the p99 over the fastest" },
    { key: "historyP50Ms", value: p50(many.times.history), unit: "ms", means: `the last ${HISTORY_PAGE} of ${LONG.toLocaleString("en-US")} messages, median` },
    { key: "historyP99Ms", value: p99(many.times.history), unit: "ms", bar: { is: "at most", value: 20 }, means: "the same, 99 of 100" },
    { key: "historyShortP50Ms", value: p50(few.times.history), unit: "ms", means: `all ${HISTORY_PAGE} of a conversation that has no more` },
  ];
}

export const list: Bench = {
  name: "list",
  description: "the list of sessions at 100, 10,000 and 100,000 of them, and the last page of 100,000 messages",
  async run(say) {
    const sandbox = createSandbox();
    const all: Opened[] = [];
    try {
      for (const size of SIZES) {
        say(`a gateway with ${size.toLocaleString("en-US")} sessions`);
        all.push(await open(sandbox, size));
      }
      await askAll(all, WARM_UP);
      for (const { times } of all) for (const runs of [times.list, times.history]) runs.length = 0;
      for (let run = 1; run <= RUNS; run++) {
        say(`run ${run} of ${RUNS}: ${ASKED} pages of each`);
        await askAll(all, ASKED);
      }
      return measures(all);
    } finally {
      for (const { client, gateway } of all) await client.close().finally(() => gateway.stop());
      sandbox.remove();
    }
  },
};
