import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, until, type Client } from "../e2e/client.ts";
import type { LogLine } from "../e2e/house.ts";
import { fillDisk, mountSmallDisk } from "../servers/small-disk.ts";
import { startVictim, type Bundle, type Victim } from "./victim.ts";

/** Where one gateway of a town lives, through all its deaths: its directory, its clock, and whoever runs there now. */
export interface Slot {
  readonly name: string;
  readonly disk: Disk | null;
  /** Null while none is up. */
  now(): Running | null;
  /** As a supervisor would: again and again until one is up. */
  start(): Promise<Running>;
  /** Its machine's clock jumps, for whoever runs there now and later. */
  moveClock(byMs: number): Promise<void>;
  /** Kills it, whatever it is doing. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  errors(): LogLine[];
  tail(): string;
  close(): Promise<void>;
}

export interface Running {
  readonly victim: Victim;
  readonly client: Client;
}

/** A small disk under the gateway's state. */
export interface Disk {
  fill(): void;
  free(): void;
}

export interface Place {
  readonly name: string;
  readonly bundle: Bundle;
  readonly stateDir: string;
  readonly config: object;
}

const DISK_MB = 96;
const ERROR_LEVEL = 50;
const SUPERVISOR_PAUSE_MS = 100;
const START_MS = 90_000;
const TAIL_LINES = 40;

function createDisk(stateDir: string): { disk: Disk | null; unmount(): void } {
  const mounted = mountSmallDisk(stateDir, DISK_MB);
  if (mounted === null) return { disk: null, unmount: () => undefined };
  let release: (() => void) | null = null;
  const free = (): void => {
    release?.();
    release = null;
  };
  return { disk: { fill: () => void (release ??= fillDisk(stateDir)), free }, unmount: () => mounted.unmount() };
}

function textOf(stateDir: string): string {
  const path = join(stateDir, "logs", "gateway.log");
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** The log so far. A line that a full disk or a death has cut is no line. */
function readLines(stateDir: string): LogLine[] {
  return textOf(stateDir).split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as LogLine];
    } catch {
      return [];
    }
  });
}

export function createSlot({ name, bundle, stateDir, config }: Place): Slot {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const { disk, unmount } = createDisk(stateDir);
  writeFileSync(join(stateDir, "openclaw.json"), JSON.stringify(config), { mode: 0o600 });
  const state: { running: Running | null; victim: Victim | null; clockMs: number; refusals: string[] } = { running: null, victim: null, clockMs: 0, refusals: [] };

  /** Whoever looks on from here comes back when the connection breaks and the gateway does not. */
  const lookOn = async (victim: Victim): Promise<Running> => {
    const client = await connect(victim);
    const running = { victim, client };
    state.running = running;
    void client.closed.then(async () => {
      if (state.running === running) state.running = null;
      await Promise.race([victim.dead, lookOn(victim)]).catch(() => undefined);
    });
    return running;
  };
  const tryToStart = async (): Promise<Running | null> => {
    try {
      state.victim = await startVictim(bundle, stateDir, state.clockMs);
      return await lookOn(state.victim);
    } catch (error) {
      state.refusals.push(String(error));
      await state.victim?.kill();
      await new Promise((resolve) => setTimeout(resolve, SUPERVISOR_PAUSE_MS));
      return null;
    }
  };
  return {
    name,
    disk,
    now: () => state.running,
    start: () => until(`${name} is up`, tryToStart, START_MS),
    async moveClock(byMs) {
      state.clockMs += byMs;
      await state.running?.victim.setClock(state.clockMs);
    },
    async kill() {
      state.running = null;
      await state.victim?.kill();
    },
    async stop() {
      state.running = null;
      await state.victim?.stop();
    },
    errors: () => readLines(stateDir).filter(({ level }) => level >= ERROR_LEVEL),
    tail: () => [...state.refusals.slice(-3), ...textOf(stateDir).split("\n").slice(-TAIL_LINES)].join("\n"),
    async close() {
      disk?.free();
      await state.victim?.kill();
      unmount();
    },
  };
}
