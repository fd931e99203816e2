/** Runs rounds beside others: each is a house of its own. */
import { parentPort, workerData } from "node:worker_threads";
import { drawActions, type Draw } from "./actions.ts";
import { runRound, type RoundOptions } from "./round.ts";

const { seeds, draw, options } = workerData as { readonly seeds: readonly number[]; readonly draw: Draw; readonly options: Omit<RoundOptions, "seed"> };

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
for (const seed of seeds) parentPort?.postMessage({ seed, report: await runRound(drawActions(seed, draw), { seed, ...options }) });
