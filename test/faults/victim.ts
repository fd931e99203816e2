import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment } from "../cli/process.ts";
import { ROOT } from "../cli/built.ts";
import { beside, bundleProgram } from "../../scripts/build.ts";
import { TOKEN } from "../e2e/house.ts";
import type { Arm, Told } from "./gateway.ts";

export interface Bundle {
  readonly entry: string;
  remove(): void;
}

/** `gateway.ts` in one file: it is started hundreds of times. */
export async function bundleVictim(): Promise<Bundle> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-victim-"));
  symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"));
  writeFileSync(join(directory, "package.json"), '{"name":"continuo","version":"0.0.0-test","type":"module"}');
  await bundleProgram({ gateway: join(ROOT, "test/faults/gateway.ts"), ...beside(ROOT) }, join(directory, "dist"));
  return { entry: join(directory, "dist/gateway.js"), remove: () => rmSync(directory, { recursive: true, force: true }) };
}

export interface Victim {
  readonly port: number;
  readonly token: string;
  arm(arm: Arm): Promise<void>;
  /** Its wall clock is this far off from now on. */
  setClock(offMs: number): Promise<void>;
  /** A signal that it may outlive: SIGTERM, SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it is gone: to the signal that ended it, or null after an ordinary end. */
  readonly dead: Promise<string | null>;
  kill(): Promise<void>;
  stop(): Promise<void>;
  stderr(): string;
}

/** Starts a gateway on `stateDir` (its openclaw.json is there) and resolves once it is ready. */
export async function startVictim(bundle: Bundle, stateDir: string, clockOffMs = 0): Promise<Victim> {
  const child: ChildProcess = fork(bundle.entry, [String(clockOffMs)], { env: environment({ stateDir }), stdio: ["ignore", "ignore", "pipe", "ipc"] });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const dead = once(child, "exit").then(([, signal]) => signal as string | null);
  const early = dead.then((): never => {
    throw new Error(`the gateway ended before it was ready: ${stderr.slice(-2_000)}`);
  });
  early.catch(() => undefined); // it is only listened to until the gateway is ready
  const [ready] = (await Promise.race([once(child, "message"), early])) as [{ port: number }];
  const tell = async (told: Told): Promise<void> => {
    // One that dies hears nothing any more, and that is what it was started for.
    const heard = Promise.race([once(child, "message"), dead]);
    if (child.connected) child.send(told, () => undefined);
    await heard;
  };
  return {
    port: ready.port,
    token: TOKEN,
    dead,
    stderr: () => stderr,
    arm: tell,
    setClock: (clockMs) => tell({ clockMs }),
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill("SIGKILL");
      await dead;
    },
    async stop() {
      if (child.connected) child.send({ stop: true });
      await dead;
    },
  };
}
