import { duration, shortAge } from "../ages.ts";
import { withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";
import { alignedTable, facts } from "../table.ts";
import { UNKNOWN_AFTER_SEND } from "./outbox.ts";
import { shortKey, tokensCell, type SessionRow } from "./sessions.ts";

export interface ChannelRow {
  readonly name: string;
  readonly account: string;
  readonly state: string;
  readonly detail: string | null;
  /** ms since the Unix epoch; null where no gateway runs. */
  readonly since: number | null;
}

export interface GatewayState {
  readonly url: string;
  readonly reachable: boolean;
  readonly connectLatencyMs: number | null;
  readonly pid: number | null;
  readonly version: string | null;
  readonly uptimeMs: number | null;
  readonly error: string | null;
}

export interface QueueState {
  readonly queued: number;
  readonly running: number;
  readonly deliveriesPending: number;
  readonly deliveriesFailed: number;
  readonly deliveriesUnknown: number;
}

/** Everything that `status` prints, gathered from the gateway, or from the store when it is down. */
export interface StatusReport {
  readonly version: string;
  readonly now: number;
  readonly os: string;
  readonly stateDir: string;
  readonly configPath: string;
  readonly gateway: GatewayState;
  /** With the token where it may be shown, without it elsewhere. */
  readonly dashboard: string;
  readonly tokenHidden: boolean;
  readonly agents: readonly { readonly id: string; readonly model: string | null }[];
  readonly defaultAgent: string;
  readonly sessions: { readonly count: number; readonly path: string | null; readonly recent: readonly SessionRow[] };
  readonly channels: readonly ChannelRow[];
  readonly queue: QueueState | null;
  readonly warnings: readonly string[];
}

function gatewayFact({ url, reachable, connectLatencyMs, pid, uptimeMs, error }: GatewayState, palette: Palette): string {
  if (!reachable) return `local · ${url} · ${palette.bad(error ?? "not running")}`;
  return `local · ${url} · ${palette.good(`reachable ${connectLatencyMs ?? "?"}ms`)} · pid ${pid ?? "?"}${uptimeMs === null ? "" : ` · up ${duration(uptimeMs)}`}`;
}

function queueFact({ queued, running, deliveriesPending, deliveriesFailed, deliveriesUnknown }: QueueState): string {
  const open = deliveriesUnknown === 0 ? "" : `, ${deliveriesUnknown} ${UNKNOWN_AFTER_SEND}`;
  return `${running} running · ${queued} waiting · replies: ${deliveriesPending} on their way, ${deliveriesFailed} failed${open}`;
}

function overview(report: StatusReport, palette: Palette): string[] {
  const { sessions, agents, defaultAgent } = report;
  const model = agents.find(({ id }) => id === defaultAgent)?.model;
  return facts([
    ["Dashboard", palette.accent(report.dashboard) + (report.tokenHidden ? "  (--show-token adds the token)" : "")],
    ["OS", report.os],
    ["Gateway", gatewayFact(report.gateway, palette)],
    ["Agents", agents.map(({ id }) => (id === defaultAgent ? `${id} (default)` : id)).join(", ")],
    ["Sessions", `${sessions.count} · default ${model ?? "unknown"}${sessions.path === null ? "" : ` · ${sessions.path}`}`],
    ...(report.queue === null ? [] : [["Queue", queueFact(report.queue)] as const]),
    ["State", report.stateDir],
    ["Config", report.configPath],
  ]);
}

function stateCell(state: string, palette: Palette): string {
  if (state === "connected") return palette.good(state);
  return state === "failed" ? palette.bad(state) : state === "retrying" ? palette.warn(state) : state;
}

function channelTable({ channels, now }: StatusReport, palette: Palette): string[] {
  if (channels.length === 0) return ["No channels besides the page and the terminal."];
  const rows = channels.map(({ name, account, state, detail, since }) => [
    name,
    account,
    stateCell(state, palette),
    since === null ? "-" : shortAge(now - since),
    withoutControls(detail ?? ""),
  ]);
  return alignedTable(["Channel", "Account", "State", "Since", "Detail"], rows);
}

function sessionTable({ sessions }: StatusReport): string[] {
  if (sessions.recent.length === 0) return ["No sessions yet."];
  const rows = sessions.recent.map((row) => [shortKey(row.key), row.kind, shortAge(row.age), row.model ?? "-", tokensCell(row.totalTokens, row.contextTokens)]);
  return alignedTable(["Key", "Kind", "Age", "Model", "Tokens (ctx %)"], rows);
}

function nextSteps({ gateway, channels }: StatusReport): string[] {
  if (!gateway.reachable) return ["Next: continuo gateway start"];
  return [channels.length === 0 ? "Next: continuo chat, or open the dashboard" : "Next: continuo verify proves that your channels are one conversation"];
}

/** Spec 10.3, in its order. */
export function statusLines(report: StatusReport, palette: Palette): string[] {
  const warnings = report.warnings.map((warning) => `${palette.warn("!")} ${withoutControls(warning)}`);
  return [
    palette.bold(`Continuo status (${report.version})`),
    "",
    palette.bold("Overview"),
    ...overview(report, palette),
    "",
    ...(warnings.length === 0 ? [] : [palette.bold("Warnings"), ...warnings, ""]),
    palette.bold("Channels"),
    ...channelTable(report, palette),
    "",
    palette.bold("Sessions"),
    ...sessionTable(report),
    "",
    ...nextSteps(report),
  ];
}
