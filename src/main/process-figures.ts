import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Clock } from "../domain/clock.ts";
import type { LoopDelay, ProcessFigures } from "../domain/figures.ts";

const RESOLUTION_MS = 20;
/** A window long enough to see a stall in, short enough to forget one. */
const WINDOW_MS = 10_000;
const NS_PER_MS = 1_000_000;

/** How late timers are. The measuring begins when somebody first asks: it wakes the process fifty times a second. */
function loopDelay(clock: Clock): () => LoopDelay | null {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let since: number | null = null;
  const late = (ns: number): number => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
  return () => {
    const now = clock.now();
    if (since === null) {
      histogram.enable();
      since = now;
    }
    if (histogram.count === 0) return null;
    const delay = { p50Ms: late(histogram.percentile(50)), p99Ms: late(histogram.percentile(99)), maxMs: late(histogram.max) };
    if (now - since >= WINDOW_MS) {
      histogram.reset();
      since = now;
    }
    return delay;
  };
}

/** What this process says of itself. */
export function processFigures(clock: Clock): (connections: number) => ProcessFigures {
  const loop = loopDelay(clock);
  return (connections) => {
    const { rss, heapUsed } = process.memoryUsage();
    return { rssBytes: rss, heapBytes: heapUsed, loop: loop(), connections };
  };
}
