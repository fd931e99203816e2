/** The gateway as people run it: the built program, its own process, its own state directory, durable defaults. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, ROOT, runNode, type Running } from "./process.ts";

const TOKEN = "bench-token";
const POLL_MS = 2;
const PATIENCE_MS = 30_000;

export interface Sandbox {
  /** A new state directory whose configuration asks this model, and keeps its data in this PostgreSQL if one is named. */
  stateDir(modelUrl: string, storeUrl?: string): string;
  /** Where Node keeps compiled code between starts, apart from the person's own. */
  readonly cacheDir: string;
  remove(): void;
}

export function createSandbox(): Sandbox {
  const root = mkdtempSync(join(tmpdir(), "continuo-bench-"));
  let count = 0;
  return {
    cacheDir: join(root, "cache"),
    stateDir(modelUrl, storeUrl) {
      const directory = join(root, `state-${++count}`);
      mkdirSync(directory);
      const mock = { baseUrl: modelUrl, api: "openai-completions", apiKey: "bench", models: [{ id: "mock", contextWindow: 200_000 }] };
      const store = storeUrl === undefined ? {} : { store: { url: storeUrl } };
      const config = { ...store, agents: { defaults: { model: "mock/mock" } }, models: { providers: { mock } } };
      writeFileSync(join(directory, "openclaw.json"), JSON.stringify(config));
      return directory;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export interface RunningGateway extends Running {
  readonly url: string;
  readonly token: string;
  /** From spawning the process to the first 200 on /readyz. */
  readonly readyMs: number;
}

function readyz(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path: "/readyz", agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    // Refused: nobody listens yet.
    request.on("error", () => resolve(false));
  });
}

/** How the bench's person wants the gateway's process started: `BENCH_NODE_ARGS="--cpu-prof --cpu-prof-dir=/tmp/profile"`. */
function wantedArgs(): readonly string[] {
  return process.env["BENCH_NODE_ARGS"]?.split(" ") ?? [];
}

/** Starts it and waits until it says that it is ready. `nodeArgs` come before the program. */
export async function startGateway(stateDir: string, cacheDir: string, nodeArgs: readonly string[] = [], more: Readonly<Record<string, string>> = {}): Promise<RunningGateway> {
  const port = await freePort();
  const env = { OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(port), OPENCLAW_GATEWAY_TOKEN: TOKEN, XDG_CACHE_HOME: cacheDir, ...more };
  const began = performance.now();
  const running = runNode([...wantedArgs(), ...nodeArgs, join(ROOT, "bin/continuo.js"), "gateway", "run"], env);
  while (!(await readyz(port))) {
    if (running.child.exitCode !== null) throw new Error(`the gateway ended before it was ready; is it built (npm run build)?\n${running.output()}`);
    if (performance.now() - began > PATIENCE_MS) throw new Error(`the gateway is not ready after ${PATIENCE_MS} ms:\n${running.output()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return { ...running, url: `ws://127.0.0.1:${port}`, token: TOKEN, readyMs: performance.now() - began };
}
