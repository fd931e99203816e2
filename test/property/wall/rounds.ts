/** Many rounds, side by side where there are processors for it; what failed is cut down to a small case. */
import { Worker } from "node:worker_threads";
import { drawActions, type Action, type Draw } from "./actions.ts";
import { runRound, type RoundOptions, type RoundReport } from "./round.ts";
import { shrink } from "./shrink.ts";
import { noCounts, type Counts } from "./witness.ts";

export interface Many {
  readonly seed: number;
  readonly rounds: number;
  readonly draw: Draw;
  readonly workers: number;
  readonly options: Omit<RoundOptions, "seed">;
  onRound(done: number, total: Total): void;
}

export interface Total {
  readonly counts: Counts;
  readonly canaries: { requests: number; markers: number; breaches: number };
  /** The first round that failed. */
  failed: { readonly seed: number; readonly faults: readonly string[] } | null;
}

const MOST_TRIES = 120;
const LONGEST_MS = 60_000;

function add<T extends object>(to: T, more: T): void {
  for (const key of Object.keys(more) as (keyof T)[]) to[key] = ((to[key] as number) + (more[key] as number)) as T[keyof T];
}

/** Each worker takes every n-th seed. Ends early when a round fails. */
export async function runRounds({ seed, rounds, draw, workers, options, onRound }: Many): Promise<Total> {
  const total: Total = { counts: noCounts(), canaries: { requests: 0, markers: 0, breaches: 0 }, failed: null };
  let done = 0;
  const take = (from: number, report: RoundReport): void => {
    add(total.counts, report.counts);
    add(total.canaries, report.canaries);
    if (report.faults.length > 0) total.failed ??= { seed: from, faults: report.faults };
    onRound(++done, total);
  };
  const seeds = Array.from({ length: rounds }, (_, index) => seed + index);
  if (workers < 2) {
    for (const one of seeds) if (total.failed === null) take(one, await runRound(drawActions(one, draw), { seed: one, ...options }));
    return total;
  }
  const running = Array.from({ length: workers }, (_, index) => {
    const workerData = { seeds: seeds.filter((_, at) => at % workers === index), draw, options };
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
    worker.on("message", (told: { seed: number; report: RoundReport }) => take(told.seed, told.report));
    return new Promise<void>((resolve, reject) => void worker.once("error", reject).once("exit", () => resolve()));
  });
  await Promise.all(running);
  return total;
}

/** The seed, and the fewest actions of it that fail as well; a race may fail to come up again, then all that is said is the seed. */
export async function smallest(seed: number, draw: Draw, options: Omit<RoundOptions, "seed">): Promise<{ readonly actions: readonly Action[]; readonly faults: readonly string[] }> {
  const run = (actions: readonly Action[]): Promise<RoundReport> => runRound(actions, { seed, ...options });
  const actions = await shrink(drawActions(seed, draw), async (list) => (await run(list)).faults.length > 0, MOST_TRIES, LONGEST_MS);
  return { actions, faults: (await run(actions)).faults };
}
