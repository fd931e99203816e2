import type { ContinuoError } from "../domain/errors.ts";
import type { CliDeps, GatewayFile } from "./deps.ts";
import { liveHolder } from "./endpoint.ts";
import { failure } from "./failure.ts";
import { logSize, readLogFrom } from "./log-file.ts";
import { probe } from "./probe.ts";

const READY_MS = 10_000;
const STOP_MS = 30_000;
const STEP_MS = 50;
const EXIT_MS = 5_000;
const LOG_LINES_SHOWN = 5;

export interface StartOptions {
  readonly port?: number;
  readonly bind?: string;
  readonly verbose?: boolean;
}

export type StartOutcome =
  | { readonly kind: "started"; readonly gateway: GatewayFile }
  | { readonly kind: "already-running"; readonly gateway: GatewayFile };

/** Told about once a second while something takes its time. */
export type Progress = (text: string) => void;

function runArguments(options: StartOptions): string[] {
  return [
    "gateway",
    "run",
    ...(options.port === undefined ? [] : ["--port", String(options.port)]),
    ...(options.bind === undefined ? [] : ["--bind", options.bind]),
    ...(options.verbose ? ["--verbose"] : []),
  ];
}

/** Asks again and again until there is an answer; null after `limitMs`. */
async function eventually<T>(deps: CliDeps, limitMs: number, ask: () => T | null | Promise<T | null>, progress: () => void): Promise<T | null> {
  const began = deps.time.now();
  for (let seconds = 1; ; ) {
    const answer = await ask();
    if (answer !== null) return answer;
    const passed = deps.time.now() - began;
    if (passed >= limitMs) return null;
    if (passed >= seconds * 1000) {
      seconds++;
      progress();
    }
    await deps.time.pause(STEP_MS);
  }
}

async function diedWhileStarting(deps: CliDeps, pid: number, logFrom: number): Promise<ContinuoError> {
  const lines = await readLogFrom(deps.paths.logPath, logFrom, LOG_LINES_SHOWN);
  const words = lines.length === 0 ? "" : `\n${lines.map((line) => `  | ${line}`).join("\n")}\n `;
  return failure("GATEWAY_UNREACHABLE", `The gateway (pid ${pid}) stopped while it was starting.${words}`, "Correct what the log names: `continuo logs -n 50`.");
}

/** Starts a gateway in the background and waits until `/readyz` says 200; a gateway that already runs is left alone. */
export async function startGateway(deps: CliDeps, options: StartOptions, progress: Progress): Promise<StartOutcome> {
  const running = liveHolder(deps);
  if (running !== null) return { kind: "already-running", gateway: running };
  const logFrom = await logSize(deps.paths.logPath);
  const pid = deps.daemon.spawn(runArguments(options), deps.paths.logPath);
  const ready = await eventually(
    deps,
    READY_MS,
    async () => {
      const holder = liveHolder(deps);
      if (holder !== null && (await probe(holder, "/readyz"))?.status === 200) return holder;
      // Another start may have been faster; its gateway is the one to wait for.
      if (holder === null && !deps.daemon.isAlive(pid)) throw await diedWhileStarting(deps, pid, logFrom);
      return null;
    },
    () => progress("Waiting for the gateway to be ready..."),
  );
  if (ready !== null) return { kind: ready.pid === pid ? "started" : "already-running", gateway: ready };
  const cure = "See what it is doing with `continuo logs` and `continuo gateway status`.";
  throw failure("GATEWAY_TIMEOUT", `The gateway (pid ${pid}) runs, but was not ready within ${READY_MS / 1000} s.`, cure);
}

/**
 * SIGTERM, then up to 30 s for the running turns to be put in order. Only `force` ends it the hard way after that.
 * Answers the gateway that was stopped, or null when none ran.
 */
export async function stopGateway(deps: CliDeps, force: boolean, progress: Progress): Promise<GatewayFile | null> {
  const holder = liveHolder(deps);
  if (holder === null) return null;
  const ended = () => (deps.daemon.isAlive(holder.pid) ? null : true);
  const gone = () => (liveHolder(deps)?.pid === holder.pid ? null : true);
  const waiting = () => progress(`Waiting for the gateway (pid ${holder.pid}) to finish...`);
  deps.daemon.kill(holder.pid, "SIGTERM");
  const stopped = async (): Promise<boolean> => {
    if ((await eventually(deps, STOP_MS, gone, waiting)) === null) return false;
    // A process that nobody reaps, as in a container without an init, still has its id: it is not waited for any longer.
    await eventually(deps, EXIT_MS, ended, waiting);
    return true;
  };
  if (await stopped()) return holder;
  if (force) {
    deps.daemon.kill(holder.pid, "SIGKILL");
    if (await stopped()) return holder;
  }
  const cure = force ? `End the process ${holder.pid} yourself.` : "Wait a little longer, or end it the hard way with --force: accepted messages survive that.";
  throw failure("GATEWAY_TIMEOUT", `The gateway (pid ${holder.pid}) has not stopped within ${STOP_MS / 1000} s.`, cure);
}
