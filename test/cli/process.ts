import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeStateDir, storeConfig } from "../store/database.ts";
import { ensureBuilt, ROOT } from "./built.ts";

/**
 * The built program as its users run it: real processes of `bin/continuo.js` on the bundle in dist/, which is built
 * first when it is missing or older than src/.
 *
 *     const gateway = await startGateway();                       // `gateway run` on a free port, ready
 *     const { code, stdout } = await continuo(["status", "--json"], gateway);
 *     await gateway.stop();                                       // SIGTERM, waits for the end, removes its directory
 */
export interface Place {
  readonly stateDir: string;
  /** OPENCLAW_GATEWAY_PORT of the command; without one it finds the gateway by what the gateway wrote down. */
  readonly port?: number;
}

export interface RunSettings extends Place {
  /** Written to the command's standard input, which is then closed; without it there is nothing to read. */
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another `node` than the one that runs the tests. */
  readonly node?: string;
}

export interface Finished {
  /** The exit code; 128 + n when signal n ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GatewaySettings {
  /** A directory of the caller's; without one a temporary one is made, and removed by `stop` and `kill`. */
  readonly stateDir?: string;
  /** Written as openclaw.json before the start, with the store of the run's engine; without one the gateway writes its first configuration. */
  readonly config?: object;
  readonly env?: Readonly<Record<string, string>>;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
}

export interface RunningGateway {
  readonly port: number;
  /** Empty where `gateway.auth.mode` is "none". */
  readonly token: string;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly stateDir: string;
  readonly pid: number;
  /** What it wrote to stdout and stderr so far. */
  log(): string;
  /** SIGTERM; answers the exit code once it is gone. */
  stop(): Promise<number>;
  /** SIGKILL; resolves once it is gone. Keeps a temporary directory if `keep`: to start again on it. */
  kill(keep?: { readonly keep: boolean }): Promise<void>;
}

const LAUNCHER = join(ROOT, "bin/continuo.js");
const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 };
/** What the tests' own surroundings must not say to the program. */
const FORGOTTEN = /^(OPENCLAW_|CONTINUO_|NODE_TEST|NODE_OPTIONS|NO_COLOR|FORCE_COLOR|.*_API_KEY$)/;

/** The environment of a program that is told nothing but its place. */
export function environment({ stateDir, port }: Place, extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined && !FORGOTTEN.test(entry[0]));
  return {
    ...Object.fromEntries(kept),
    OPENCLAW_STATE_DIR: stateDir,
    ...(port === undefined ? {} : { OPENCLAW_GATEWAY_PORT: String(port) }),
    ...extra,
  };
}

export function temporaryStateDir(): string {
  return mkdtempSync(join(tmpdir(), "continuo-state-"));
}

/** A port that nobody listens on, for programs that must be told one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function collect(child: ChildProcess): { stdout(): string; stderr(): string } {
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
    });
  }
  return { stdout: () => text.stdout, stderr: () => text.stderr };
}

function codeOf(code: number | null, signal: string | null): number {
  return code ?? 128 + (SIGNALS[signal ?? ""] ?? 0);
}

/** Runs one command to its end. Never throws for an exit code. */
export async function continuo(args: readonly string[], settings: RunSettings): Promise<Finished> {
  ensureBuilt();
  const child = spawn(settings.node ?? process.execPath, [LAUNCHER, ...args], {
    env: environment(settings, settings.env),
    stdio: [settings.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  const output = collect(child);
  child.stdin?.on("error", () => undefined); // a command that reads nothing may be gone already
  child.stdin?.end(settings.stdin);
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { code: codeOf(code, signal), stdout: output.stdout(), stderr: output.stderr() };
}

function writeConfig(stateDir: string, config: object): void {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(stateDir, "openclaw.json"), JSON.stringify(config, null, 2), { mode: 0o600 });
}

/** The address that the gateway prints once it is ready; rejects with its words when it ends before. */
function readyAddress(child: ChildProcess, output: ReturnType<typeof collect>): Promise<URL> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const address = /Open the page\s+(\S+)\s/.exec(output.stdout())?.[1];
      if (address !== undefined) resolve(new URL(address));
    };
    child.stdout?.on("data", look);
    child.once("close", (code, signal) => {
      reject(new Error(`The gateway ended with ${codeOf(code, signal)} before it was ready.\n${output.stdout()}${output.stderr()}`));
    });
  });
}

/** Starts `continuo gateway run` and resolves once it is ready. Rejects with what it printed if it ends before. */
export async function startGateway(settings: GatewaySettings = {}): Promise<RunningGateway> {
  ensureBuilt();
  const stateDir = settings.stateDir ?? temporaryStateDir();
  if (settings.config !== undefined) writeConfig(stateDir, { ...(await storeConfig(stateDir)), ...settings.config });
  const forget = async (): Promise<void> => {
    if (settings.stateDir === undefined) await removeStateDir(stateDir);
  };
  const child = spawn(process.execPath, [LAUNCHER, "gateway", "run", "--port", String(settings.port ?? 0)], {
    env: environment({ stateDir }, settings.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collect(child);
  const ended = once(child, "close") as Promise<[number | null, string | null]>;
  const address = await readyAddress(child, output).catch(async (error: unknown) => {
    await forget();
    throw error;
  });
  const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<number> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return codeOf(...(await ended));
  };
  return {
    port: Number(address.port),
    token: new URLSearchParams(address.hash.slice(1)).get("token") ?? "",
    url: address.origin,
    stateDir,
    pid: child.pid ?? 0,
    log: () => output.stdout() + output.stderr(),
    async stop() {
      const code = await end("SIGTERM");
      await forget();
      return code;
    },
    async kill(options) {
      await end("SIGKILL");
      if (options?.keep !== true) await forget();
    },
  };
}
