/** Loaded into the gateway's process (`node --import`): how long its event loop stood still. Written down at each SIGUSR2, then begun anew. */
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 5;
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

let last = performance.now();
let cpu = process.threadCpuUsage();
let busyMs = 0;

/** Of a stall, what this thread worked itself: the rest it waited for the disk, or for others on the same processor. */
function look(): void {
  const now = performance.now();
  const used = process.threadCpuUsage(cpu);
  if (now - last > RESOLUTION_MS) busyMs = Math.max(busyMs, (used.user + used.system) / 1000 - RESOLUTION_MS);
  last = now;
  cpu = process.threadCpuUsage();
}

histogram.enable();
setInterval(look, RESOLUTION_MS).unref();
process.on("SIGUSR2", () => {
  look();
  const ms = (ns: number): number => Math.max(0, ns / 1e6 - RESOLUTION_MS);
  const stalls = { longestMs: ms(histogram.max), p99Ms: ms(histogram.percentile(99)), busyMs };
  histogram.reset();
  busyMs = 0;
  writeFileSync(process.env["BENCH_STALLS"] ?? "", JSON.stringify(stalls));
});
