import type { ProbePoint } from "../../src/domain/probe.ts";
import { between, seeded, weighted } from "./random.ts";
import type { Engine } from "../store/engine.ts";

/** What a town is, as far as it decides what can befall it. */
export interface Setting {
  readonly engine: Engine;
  readonly gateways: number;
  /** Small disks can be made here. */
  readonly disks: boolean;
}

/** One fault, drawn whole: what it does depends on nothing that is drawn later. */
export interface Drawn {
  readonly kind: string;
  readonly slot: number;
  readonly bot: number;
  /** How long after the last one it comes. */
  readonly pauseMs: number;
  /** How long what lasts, lasts. */
  readonly lastsMs: number;
  /** How often its point is passed before it strikes. */
  readonly nth: number;
}

export interface KindOfFault {
  readonly name: string;
  readonly weight: number;
  readonly only?: (setting: Setting) => boolean;
}

export const POINTS: readonly ProbePoint[] = ["received", "accepted", "claimed", "asking", "streaming", "before-commit", "committed", "sending", "before-send", "after-send", "delivered"];

export function nameOfPoint(point: ProbePoint): string {
  return `kill -9 at "${point}"`;
}

const onPostgres = ({ engine }: Setting): boolean => engine === "postgres";

export const KINDS: readonly KindOfFault[] = [
  ...POINTS.map((point) => ({ name: nameOfPoint(point), weight: 3 })),
  { name: "kill -9 at any moment", weight: 6 },
  { name: "kill -9 of all gateways at once", weight: 1, only: ({ gateways }) => gateways > 1 },
  { name: "SIGTERM, the next starts after", weight: 3 },
  { name: "SIGTERM, the next starts meanwhile", weight: 3 },
  { name: "SIGSTOP, SIGCONT", weight: 3 },
  { name: "SIGSTOP past its lease, SIGCONT", weight: 1, only: ({ gateways }) => gateways > 1 },
  { name: "clock + 1 h", weight: 2 },
  { name: "clock - 1 h", weight: 2 },
  { name: "disk full", weight: 3, only: ({ disks }) => disks },
  { name: "Telegram: connections reset", weight: 2 },
  { name: "Telegram: unreachable", weight: 2 },
  { name: "Telegram: slow", weight: 2 },
  { name: "Telegram: half-open", weight: 2 },
  { name: "Telegram: answers lost", weight: 2 },
  { name: "Telegram: 429", weight: 2 },
  { name: "Telegram: 5xx", weight: 2 },
  { name: "Telegram: updates again", weight: 2 },
  { name: "model: connections reset", weight: 2 },
  { name: "model: unreachable", weight: 2 },
  { name: "model: half-open", weight: 2 },
  { name: "model: error", weight: 2 },
  { name: "model: hangs", weight: 2 },
  { name: "model: slow", weight: 2 },
  { name: "model: cut off", weight: 2 },
  { name: "client: connection cut", weight: 2 },
  { name: "PostgreSQL: kill -9", weight: 4, only: onPostgres },
  { name: "PostgreSQL: immediate shutdown", weight: 4, only: onPostgres },
  { name: "PostgreSQL: connections terminated", weight: 6, only: onPostgres },
  { name: "PostgreSQL: connections reset", weight: 3, only: onPostgres },
  { name: "PostgreSQL: unreachable", weight: 3, only: onPostgres },
  { name: "PostgreSQL: half-open", weight: 3, only: onPostgres },
  { name: "PostgreSQL: slow", weight: 3, only: onPostgres },
];

/** All faults of a round, from its seed alone. */
export function drawFaults(seed: number, count: number, setting: Setting): Drawn[] {
  const random = seeded(seed);
  const kinds = KINDS.filter(({ only }) => only === undefined || only(setting));
  return Array.from({ length: count }, () => ({
    kind: weighted(random, kinds).name,
    slot: between(random, 0, setting.gateways),
    bot: between(random, 0, 2),
    pauseMs: between(random, 30, 300),
    lastsMs: between(random, 200, 1_400),
    nth: between(random, 1, 4),
  }));
}
