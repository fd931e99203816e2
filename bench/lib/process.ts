/** Programs that a bench runs beside itself, and what the system says about them. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** The last part of what it wrote to its standard error and output. */
  output(): string;
  stop(): Promise<void>;
}

const KEPT_OUTPUT = 4_000;
const PATIENCE_MS = 10_000;

/** Runs a program of this repository under the Node that runs the bench. */
export function runNode(args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...cleanEnvironment(), ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part: Buffer) => {
      output = (output + part.toString()).slice(-KEPT_OUTPUT);
    });
  }
  return {
    pid: child.pid ?? -1,
    child,
    output: () => output,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const forced = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await ended;
      clearTimeout(forced);
    },
  };
}

/** Nothing of the person's own gateway reaches the one that is measured. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:OPENCLAW_|CONTINUO_|NODE_)|_API_KEY$/.test(name)));
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch (error) {
    throw new Error(`memory and CPU are read from /proc/${pid}/${name}, which is not there: this bench needs Linux and a live process`, { cause: error });
  }
}

/** Resident memory in MB (2^20 bytes): VmRSS, or the highest so far with `VmHWM`. */
export function residentMb(pid: number, which: "VmRSS" | "VmHWM" = "VmRSS"): number {
  const kb = new RegExp(`^${which}:\\s+(\\d+) kB`, "m").exec(procFile(pid, "status"))?.[1];
  return Number(kb) / 1024;
}

/** Linux counts CPU time in hundredths of a second whatever the kernel's own tick is (USER_HZ). */
const TICK_MS = 10;

/** User and system time of all threads of a process since it began, ms; exact to 10 ms. */
export function cpuMs(pid: number): number {
  const stat = procFile(pid, "stat");
  // The second field is the program's name in brackets, and may itself hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
