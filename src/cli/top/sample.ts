import { withoutControls } from "../display-width.ts";
import { asRow, flagOf, numberOf, rowsOf, textOf, type Row } from "../wire.ts";

export interface GatewayRow {
  readonly version: string;
  readonly address: string;
  readonly pid: number;
  readonly uptimeMs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly connections: number;
  /** Null at the first look of all. */
  readonly loop: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number } | null;
}

/** A session in which something runs or waits. */
export interface BusySession {
  readonly key: string;
  readonly channel: string;
  /** How long its turn has run; null where none runs. */
  readonly runningMs: number | null;
  readonly attempt: number;
  /** False: its turn's holder is gone. */
  readonly held: boolean;
  readonly waiting: number;
  readonly oldestMs: number | null;
}

export interface StageRow {
  readonly stage: string;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly count: number;
}

export interface ChannelRow {
  readonly name: string;
  readonly account: string;
  readonly state: string;
  readonly sinceMs: number | null;
}

export const DELIVERY_STATES = ["pending", "sending", "failed", "held", "unknown"] as const;

/** One answer of `gateway.stats`, as it is shown. */
export interface TopSample {
  readonly gateways: readonly GatewayRow[];
  /** Every gateway on the store, this one too. */
  readonly alive: readonly { readonly version: string; readonly address: string; readonly uptimeMs: number }[];
  readonly running: number;
  readonly waiting: number;
  readonly oldestMs: number | null;
  readonly sessions: readonly BusySession[];
  readonly deliveries: Readonly<Record<(typeof DELIVERY_STATES)[number], number>>;
  readonly oldestPendingMs: number | null;
  readonly rates: { readonly accepted: number; readonly committed: number; readonly sent: number };
  readonly stages: readonly StageRow[];
  readonly channels: readonly ChannelRow[];
}

function count(row: Row, field: string): number {
  return numberOf(row, field) ?? 0;
}

function word(row: Row, field: string): string {
  return withoutControls(textOf(row, field) ?? "?");
}

function gatewayRow(row: Row): GatewayRow {
  const loop = asRow(row.loop);
  return {
    version: word(row, "version"),
    address: `${word(row, "host")}:${count(row, "port")}`,
    pid: count(row, "pid"),
    uptimeMs: count(row, "uptimeMs"),
    rssBytes: count(row, "rssBytes"),
    heapBytes: count(row, "heapBytes"),
    connections: count(row, "connections"),
    loop: numberOf(loop, "maxMs") === null ? null : { p50Ms: count(loop, "p50Ms"), p99Ms: count(loop, "p99Ms"), maxMs: count(loop, "maxMs") },
  };
}

/** What runs and what waits are two lists on the wire; a session is one line here. */
function busySessions(turns: Row, queue: Row): BusySession[] {
  const sessions = new Map<string, BusySession>();
  for (const row of rowsOf(turns, "list")) {
    const key = word(row, "sessionKey");
    sessions.set(key, { key, channel: word(row, "channel"), runningMs: count(row, "ageMs"), attempt: count(row, "attempt"), held: flagOf(row, "held"), waiting: 0, oldestMs: null });
  }
  for (const row of rowsOf(queue, "sessions")) {
    const key = word(row, "sessionKey");
    const known = sessions.get(key) ?? { key, channel: "", runningMs: null, attempt: 0, held: true };
    sessions.set(key, { ...known, waiting: count(row, "waiting"), oldestMs: numberOf(row, "oldestMs") });
  }
  return [...sessions.values()];
}

export function topSample(payload: unknown): TopSample {
  const row = asRow(payload);
  const [turns, queue, deliveries, rates] = [asRow(row.turns), asRow(row.queue), asRow(row.deliveries), asRow(row.rates)];
  return {
    gateways: rowsOf(row, "gateways").map(gatewayRow),
    alive: rowsOf(row, "alive").map((one) => ({ version: word(one, "version"), address: word(one, "address"), uptimeMs: count(one, "uptimeMs") })),
    running: count(turns, "running"),
    waiting: count(queue, "waiting"),
    oldestMs: numberOf(queue, "oldestMs"),
    sessions: busySessions(turns, queue),
    deliveries: { pending: count(deliveries, "pending"), sending: count(deliveries, "sending"), failed: count(deliveries, "failed"), held: count(deliveries, "held"), unknown: count(deliveries, "unknown") },
    oldestPendingMs: numberOf(deliveries, "oldestPendingMs"),
    rates: { accepted: count(rates, "accepted"), committed: count(rates, "committed"), sent: count(rates, "sent") },
    stages: rowsOf(row, "stages").map((one) => ({ stage: word(one, "stage"), p50Ms: numberOf(one, "p50Ms"), p95Ms: numberOf(one, "p95Ms"), count: count(one, "count") })),
    channels: rowsOf(row, "channels").map((one) => ({ name: word(one, "name"), account: word(one, "account"), state: word(one, "state"), sinceMs: numberOf(one, "sinceMs") })),
  };
}
