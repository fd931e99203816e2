import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { configSchema, type Config } from "../../config/schema.ts";
import type { GatewayEvent } from "../gateway-client.ts";
import type { CliDeps, Daemon, GatewayFile, LocalOperations, Terminal } from "../deps.ts";
import { runCli } from "../program.ts";

export const NOW = Date.parse("2026-11-21T10:00:00Z");
/** Whoever works on this may have a gateway of their own running. */
const NOBODY_LISTENS = 1;

export interface FakeOptions {
  readonly config?: object;
  readonly token?: string | null;
  readonly holder?: GatewayFile | null;
  readonly daemon?: Partial<Daemon>;
  readonly terminal?: Partial<Terminal>;
  readonly local?: Perform;
  /** What writing on the store does; absent: this test writes nothing. */
  readonly write?: (onEvent?: (event: GatewayEvent) => void) => Promise<Perform>;
  readonly security?: CliDeps["security"];
  readonly prompter?: CliDeps["prompter"];
  readonly backups?: CliDeps["backups"];
  readonly repairs?: CliDeps["repairs"];
}

type Perform = (method: string, params: object) => unknown;

function operations(perform: Perform): LocalOperations {
  return { call: async (method, params) => perform(method, params), close: async () => undefined };
}

function refuseWriting(): Promise<never> {
  return Promise.reject(new Error("This test writes nothing."));
}

export interface FakeCli {
  readonly deps: CliDeps;
  readonly stdin: PassThrough;
  /** What was written so far. */
  stdout(): string;
  stderr(): string;
  json(): Record<string, unknown>;
  /** Resolves once stdout contains `text`. */
  seen(text: string): Promise<void>;
  interrupt(): void;
  run(...argv: string[]): Promise<number>;
  remove(): void;
}

interface Recorded {
  readonly stream: PassThrough;
  text(): string;
  seen(wanted: string): Promise<void>;
}

function recorded(): Recorded {
  const stream = new PassThrough();
  let all = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    all += chunk;
  });
  const seen = (wanted: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!all.includes(wanted)) return;
        stream.off("data", look);
        resolve();
      };
      stream.on("data", look);
      look();
    });
  return { stream, text: () => all, seen };
}

function fakeDaemon(options: FakeOptions): Daemon {
  const daemon: Daemon = {
    run: () => Promise.resolve(),
    spawn: () => {
      throw new Error("This test starts no gateway.");
    },
    holder: () => options.holder ?? null,
    announced: () => daemon.holder(),
    isAlive: (pid) => pid === options.holder?.pid,
    kill: () => undefined,
    ...options.daemon,
  };
  return daemon;
}

/** The command line with everything around it in memory, but for a state directory of its own. */
export function fakeCli(options: FakeOptions = {}): FakeCli {
  const stateDir = mkdtempSync(join(tmpdir(), "continuo-cli-"));
  chmodSync(stateDir, 0o700);
  const out = recorded();
  const err = recorded();
  const stdin = new PassThrough();
  const handlers = new Set<() => void>();
  let uuids = 0;
  const given = configSchema.parse({ gateway: { port: NOBODY_LISTENS, auth: { token: options.token === undefined ? "t".repeat(48) : (options.token ?? undefined) } }, ...options.config });
  const deps: CliDeps = {
    version: "1.2.3",
    terminal: {
      stdin,
      stdout: out.stream,
      stderr: err.stream,
      stdinIsTTY: false,
      stdoutIsTTY: false,
      columns: 100,
      env: {},
      onInterrupt(handler) {
        handlers.add(handler);
        return () => handlers.delete(handler);
      },
      ...options.terminal,
    },
    time: { now: () => NOW, pause: () => new Promise((resolve) => setImmediate(resolve)) },
    ids: { uuid: () => `run-${++uuids}` },
    paths: { stateDir, configPath: join(stateDir, "openclaw.json"), logPath: join(stateDir, "gateway.log") },
    settings: {
      load: () => Promise.resolve({ config: given as Config, exists: true, warnings: [] }),
      look: () => Promise.resolve({ config: given as Config, exists: true, warnings: [] }),
      reach: () => Promise.resolve(given.gateway),
      edit: (edits) => Promise.resolve(edits.map(({ path, value }) => `${path.join(".")} is ${JSON.stringify(value) ?? "taken out"}`)),
      schema: () => Promise.resolve({ type: "object" }),
    },
    daemon: fakeDaemon(options),
    local: {
      read: () => Promise.resolve(operations((method, params) => options.local?.(method, params) ?? {})),
      write: async (onEvent) => operations(await (options.write ?? refuseWriting)(onEvent)),
    },
    security: options.security ?? { audit: refuseWriting, fix: refuseWriting },
    backups: options.backups ?? { create: refuseWriting, verify: refuseWriting, restore: refuseWriting },
    repairs: options.repairs ?? { examine: refuseWriting, repair: refuseWriting },
    ...(options.prompter === undefined ? {} : { prompter: options.prompter }),
  };
  return {
    deps,
    stdin,
    stdout: out.text,
    stderr: err.text,
    json: () => JSON.parse(out.text()) as Record<string, unknown>,
    seen: out.seen,
    interrupt: () => handlers.forEach((handler) => handler()),
    run: (...argv) => runCli(deps, argv),
    remove: () => rmSync(stateDir, { recursive: true, force: true }),
  };
}
