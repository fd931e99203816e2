/**
 * A gateway that can be told to die: the ordinary one, with a probe that kills its own process (SIGKILL) at a named
 * step, and with a wall clock that can be moved. Tests tell it over IPC: `{point, nth}` arms it, `{clockMs}` moves its
 * clock, `{stop: true}` ends it in order, as SIGTERM does. Its first argument is how far its clock is off from the start.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProbePoint } from "../../src/domain/probe.ts";
import { startGateway } from "../../src/main/gateway.ts";

export interface Arm {
  readonly point: ProbePoint;
  /** Dies when it comes by the point for this many-th time; counted from 1, from now on. */
  readonly nth: number;
}

export type Told = Arm | { readonly stop: true } | { readonly clockMs: number };

const fault: { point: ProbePoint | null; left: number } = { point: null, left: 0 };

// The whole process reads the clock of its machine, libraries too.
const trueNow = Date.now;
const clock = { offMs: Number(process.argv[2] ?? 0) };
Date.now = () => trueNow() + clock.offMs;

const gateway = await startGateway({
  env: process.env,
  port: 0,
  bind: null,
  verbose: false,
  version: "0.0.0-test",
  uiDir: join(tmpdir(), "continuo-no-page"),
  foreground: { isTTY: false },
  probe(point) {
    if (point === fault.point && --fault.left === 0) process.kill(process.pid, "SIGKILL");
  },
});

const stop = (): void => void gateway.stop("test").then(() => process.disconnect());
process.on("message", (told: Told) => {
  if ("stop" in told) return stop();
  if ("clockMs" in told) clock.offMs = told.clockMs;
  else Object.assign(fault, { point: told.point, left: told.nth });
  process.send?.({ heard: true });
});
process.once("SIGTERM", stop);
// Whoever started it is gone: nobody would ever end it.
process.once("disconnect", () => process.exit(0));
process.send?.({ port: gateway.port });
