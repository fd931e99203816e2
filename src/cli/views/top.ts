import { duration } from "../ages.ts";
import { cutToWidth, displayWidth, padToWidth } from "../display-width.ts";
import type { Palette } from "../output.ts";
import { alignedTable } from "../table.ts";
import { DELIVERY_STATES, type BusySession, type ChannelRow, type GatewayRow, type StageRow, type TopSample } from "../top/sample.ts";

export const SORTS = ["running", "waiting", "oldest"] as const;
export type Sort = (typeof SORTS)[number];

export interface TopLook {
  readonly columns: number;
  /** Null: as many lines as it takes. */
  readonly rows: number | null;
  readonly sort: Sort;
  readonly palette: Palette;
  /** What the keys do, and what went wrong; for a live view. */
  readonly footer: string | null;
}

const STAGE_NAMES: Readonly<Record<string, string>> = {
  wait: "wait for turn",
  first_token: "first token",
  answer: "answer",
  commit: "commit",
  outbox: "wait to send",
  send: "send",
  journey: "whole way",
};

/** Timers later than this are felt by people. */
const LATE_MS = 100;
/** A turn or a wait longer than this is worth a look. */
const LONG_MS = 60_000;

/** `0.4ms`, `37ms`, `1.2s`, `3m12s`; null is `-`. */
export function span(ms: number | null): string {
  if (ms === null) return "-";
  if (ms < 10) return `${ms.toFixed(1)}ms`;
  if (ms < 1000) return `${Math.round(ms)}ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)}s` : duration(ms);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}

function rightAligned(header: readonly string[], rows: readonly (readonly string[])[], right: readonly number[]): string[] {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => displayWidth(row[column] ?? ""))));
  const aligned = all.map((row) => row.map((cell, column) => (right.includes(column) ? " ".repeat((widths[column] ?? 0) - displayWidth(cell)) + cell : cell)));
  return alignedTable(aligned[0] ?? [], aligned.slice(1));
}

function headed([header = "", ...rows]: readonly string[], palette: Palette): string[] {
  return [palette.bold(header), ...rows];
}

function gatewayLines({ version, address, pid, uptimeMs, rssBytes, heapBytes, connections, loop }: GatewayRow, palette: Palette): string[] {
  const late = loop === null ? "measuring" : `p50 ${span(loop.p50Ms)} p99 ${span(loop.p99Ms)} max ${span(loop.maxMs)}`;
  const delay = loop !== null && loop.p99Ms >= LATE_MS ? palette.bad(late) : late;
  return [
    `${palette.bold("Continuo")} ${version} · ${address} · pid ${pid} · up ${duration(uptimeMs)}`,
    `memory ${megabytes(rssBytes)}, heap ${megabytes(heapBytes)} · loop delay ${delay} · ${connections} ${connections === 1 ? "client" : "clients"}`,
  ];
}

/** Said only where there are several: most gateways are alone. */
function aliveLines({ alive }: TopSample, palette: Palette): string[] {
  if (alive.length < 2) return [];
  return [`${palette.bold("gateways")}    ${alive.length} alive: ${alive.map(({ address, version, uptimeMs }) => `${address} (${version}, up ${duration(uptimeMs)})`).join(", ")}`];
}

function oldest(ms: number | null, palette: Palette): string {
  if (ms === null) return "";
  return ms >= LONG_MS ? `, oldest ${palette.warn(span(ms))}` : `, oldest ${span(ms)}`;
}

function overview(sample: TopSample, palette: Palette): string[] {
  const { rates, deliveries, oldestPendingMs, running, waiting, oldestMs } = sample;
  const counted = DELIVERY_STATES.map((state) => {
    const text = `${deliveries[state]} ${state}`;
    const painted = deliveries[state] === 0 ? text : state === "failed" ? palette.bad(text) : state === "held" || state === "unknown" ? palette.warn(text) : text;
    return state === "pending" ? painted + oldest(oldestPendingMs, palette) : painted;
  });
  return [
    `${palette.bold("per second")}  ${rates.accepted.toFixed(1)} accepted · ${rates.committed.toFixed(1)} committed · ${rates.sent.toFixed(1)} sent`,
    `${palette.bold("turns")}       ${running} running · ${waiting} waiting${oldest(oldestMs, palette)}`,
    `${palette.bold("replies")}     ${counted.join(" · ")}`,
  ];
}

function stageTable(stages: readonly StageRow[], palette: Palette): string[] {
  const rows = stages.map(({ stage, p50Ms, p95Ms, count }) => [STAGE_NAMES[stage] ?? stage, span(p50Ms), span(p95Ms), String(count)]);
  return headed(rightAligned(["STAGE, LAST 5 MIN", "P50", "P95", "N"], rows, [1, 2, 3]), palette);
}

function stateCell(state: string, palette: Palette): string {
  if (state === "connected") return palette.good(state);
  return state === "failed" ? palette.bad(state) : palette.warn(state);
}

function channelTable(channels: readonly ChannelRow[], palette: Palette): string[] {
  if (channels.length === 0) return [palette.bold("CHANNEL"), "none but the page and the terminal"];
  const rows = channels.map(({ name, account, state, sinceMs }) => [name, account, stateCell(state, palette), sinceMs === null ? "-" : duration(sinceMs)]);
  return headed(alignedTable(["CHANNEL", "ACCOUNT", "STATE", "SINCE"], rows), palette);
}

/** Two tables beside each other, the second where there is room for it; else below. */
function beside(left: readonly string[], right: readonly string[], columns: number): string[] {
  const width = Math.max(...left.map(displayWidth)) + 4;
  if (width + Math.max(...right.map(displayWidth)) > columns) return [...left, "", ...right];
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => (right[i] === undefined ? (left[i] ?? "") : padToWidth(left[i] ?? "", width) + right[i]));
}

const BY: Readonly<Record<Sort, (session: BusySession) => number>> = {
  running: ({ runningMs }) => runningMs ?? -1,
  waiting: ({ waiting }) => waiting,
  oldest: ({ oldestMs }) => oldestMs ?? -1,
};

function sessionTable({ sessions }: TopSample, { sort: column, palette }: TopLook): string[] {
  if (sessions.length === 0) return [palette.bold("SESSION"), "nothing runs, nothing waits"];
  const sorted = sessions.toSorted((a, b) => BY[column](b) - BY[column](a) || a.key.localeCompare(b.key));
  const rows = sorted.map(({ key, channel, runningMs, attempt, held, waiting, oldestMs }) => {
    const age = runningMs === null ? "-" : span(runningMs);
    const running = !held ? palette.bad(`${age} left alone`) : runningMs !== null && runningMs >= LONG_MS ? palette.warn(age) : age;
    return [running, attempt > 1 ? palette.warn(String(attempt)) : attempt === 0 ? "-" : String(attempt), waiting === 0 ? "-" : String(waiting), span(oldestMs), channel === "" ? "-" : channel, key];
  });
  const mark = (name: string, own: Sort): string => (own === column ? `${name}▾` : name);
  const header = [mark("RUNNING", "running"), "TRY", mark("WAITING", "waiting"), mark("OLDEST", "oldest"), "CHANNEL", "SESSION"];
  return headed(rightAligned(header, rows, [0, 1, 2, 3]), palette);
}

/** One frame: the gateway, what runs and waits, how long the stages take, the channels, the busiest sessions. */
export function topFrame(sample: TopSample, look: TopLook): string[] {
  const { palette, columns, rows, footer } = look;
  const head = [...sample.gateways.flatMap((one) => gatewayLines(one, palette)), ...aliveLines(sample, palette), ...overview(sample, palette), ""];
  const body = [...beside(stageTable(sample.stages, palette), channelTable(sample.channels, palette), columns), "", ...sessionTable(sample, look)];
  const lines = [...head, ...body];
  const room = rows === null ? lines.length : Math.max(0, rows - (footer === null ? 0 : 1));
  const shown = lines.length <= room ? lines : [...lines.slice(0, Math.max(0, room - 1)), palette.dim(`… ${lines.length - room + 1} more lines`)].slice(0, room);
  const filled = footer === null || rows === null ? shown : [...shown, ...Array.from({ length: room - shown.length }, () => ""), palette.dim(footer)];
  return filled.map((line) => cutToWidth(line, columns));
}
