/**
 * A gateway that can be told to die: the ordinary one, with a probe that kills its own process (SIGKILL) at a named
 * step. Tests tell it over IPC: `{point, nth}` arms it, `{stop: true}` ends it in order.
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

const fault: { point: ProbePoint | null; left: number } = { point: null, left: 0 };

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

process.on("message", (message: Arm | { readonly stop: true }) => {
  if ("stop" in message) return void gateway.stop("test").then(() => process.disconnect());
  Object.assign(fault, { point: message.point, left: message.nth });
  process.send?.({ armed: true });
});
// Whoever started it is gone: nobody would ever end it.
process.once("disconnect", () => process.exit(0));
process.send?.({ port: gateway.port });
