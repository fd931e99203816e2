import { shortAge, wordedAge } from "../ages.ts";
import { displayWidth, padToWidth, withoutControls } from "../display-width.ts";
import { alignedTable } from "../table.ts";
import { numberOf, rowsOf, textOf, textsOf, flagOf, type Row } from "../wire.ts";

/** What `sessions` shows of one `sessions.list` row (docs/formats.md). */
export interface SessionRow {
  readonly key: string;
  readonly agent: string | null;
  readonly kind: string;
  readonly sessionId: string | null;
  readonly updatedAt: number | null;
  readonly age: number | null;
  readonly model: string | null;
  readonly totalTokens: number | null;
  readonly contextTokens: number | null;
  readonly messages: number;
  readonly flags: readonly string[];
}

export interface SessionList {
  readonly path: string | null;
  /** The agents, where all of them were asked for: then each row says whose it is. */
  readonly agents: readonly string[] | null;
  readonly activeMinutes: number | null;
  readonly rows: readonly SessionRow[];
  /** How many there are in all; more than `rows` when the list was cut. */
  readonly total: number;
  readonly wholeKeys?: boolean;
}

const FLAGS = [
  ["thinkingLevel", "think"],
  ["verboseLevel", "verbose"],
  ["traceLevel", "trace"],
  ["reasoningLevel", "reasoning"],
  ["elevatedLevel", "elev"],
  ["responseUsage", "usage"],
  ["groupActivation", "activation"],
  ["sendPolicy", "send"],
  ["queueMode", "queue"],
] as const;

function flagsOf(row: Row, sessionId: string | null): string[] {
  const toggles = FLAGS.flatMap(([field, name]) => (textOf(row, field) === null ? [] : [`${name}:${textOf(row, field)}`]));
  return [
    ...toggles,
    ...(flagOf(row, "systemSent") ? ["system"] : []),
    ...(flagOf(row, "abortedLastRun") ? ["aborted"] : []),
    ...(["running", "pinned", "archived"] as const).filter((flag) => flagOf(row, flag)),
    ...(sessionId === null ? [] : [`id:${sessionId}`]),
  ];
}

export function sessionRow(row: Row, now: number): SessionRow {
  const updatedAt = numberOf(row, "updatedAt");
  const sessionId = textOf(row, "sessionId");
  return {
    key: withoutControls(textOf(row, "key") ?? ""),
    agent: textOf(row, "agentId") ?? agentOf(textOf(row, "key") ?? ""),
    kind: textOf(row, "kind") ?? "unknown",
    sessionId,
    updatedAt,
    age: updatedAt === null ? numberOf(row, "age") : Math.max(0, now - updatedAt),
    model: textOf(row, "model"),
    totalTokens: numberOf(row, "totalTokens"),
    contextTokens: numberOf(row, "contextTokens"),
    messages: numberOf(row, "messageCount") ?? 0,
    flags: [...textsOf(row, "flags"), ...flagsOf(row, sessionId)],
  };
}

/** `0.1k`, `9.9k`, `12k`: one decimal under 10000 (spec 10.1). */
export function thousands(tokens: number): string {
  return `${(tokens / 1000).toFixed(tokens < 10_000 ? 1 : 0)}k`;
}

/** `12k/200k (6%)`, `unknown/200k (?%)`. */
export function tokensCell(total: number | null, context: number | null): string {
  const limit = context === null ? "?" : thousands(context);
  if (total === null) return `unknown/${limit} (?%)`;
  const percent = context === null || context === 0 ? "?" : String(Math.min(999, Math.round((total / context) * 100)));
  return `${thousands(total)}/${limit} (${percent}%)`;
}

const KEY_WIDTH = 26;
const KEY_HEAD = 16;

/** At most 26 columns: the first 16, `...` and the last 6 (spec 10.1); a character is never cut in two. */
export function shortKey(key: string): string {
  if (displayWidth(key) <= KEY_WIDTH) return key;
  const characters = Array.from(key);
  const tail = KEY_WIDTH - KEY_HEAD - "...".length - 1;
  return `${firstColumns(characters, KEY_HEAD).join("")}...${firstColumns(characters.toReversed(), tail).toReversed().join("")}`;
}

function firstColumns(characters: readonly string[], columns: number): string[] {
  const taken: string[] = [];
  let width = 0;
  for (const character of characters) {
    width += displayWidth(character);
    if (width > columns) break;
    taken.push(character);
  }
  return taken;
}

const WIDTHS = [6, 26, 9, 14, 20] as const;
const AGENT_WIDTH = 10;

function fixedWidths(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => padToWidth(cell, widths[column] ?? 0))
    .join(" ")
    .trimEnd();
}

/** The table of bare `sessions` (spec 10.1). */
export function bareTable(list: SessionList): string[] {
  const { agents } = list;
  const head = [
    agents === null ? `Session store: ${list.path ?? "(multiple)"}` : `Session stores: ${agents.length} (${agents.join(", ")})`,
    `Sessions listed: ${list.rows.length}${list.total > list.rows.length ? ` of ${list.total}` : ""}`,
    ...(list.activeMinutes === null ? [] : [`Filtered to last ${list.activeMinutes} minute(s)`]),
  ];
  if (list.rows.length === 0) return [...head, "No sessions found."];
  const widths = agents === null ? WIDTHS : [AGENT_WIDTH, ...WIDTHS];
  const line = (agent: string, ...cells: readonly string[]): string => fixedWidths(agents === null ? cells : [agent, ...cells], widths);
  const rows = list.rows.map((row) =>
    line(row.agent ?? "-", row.kind, list.wholeKeys ? row.key : shortKey(row.key), shortAge(row.age), row.model ?? "-", tokensCell(row.totalTokens, row.contextTokens), row.flags.join(" ")),
  );
  return [...head, line("Agent", "Kind", "Key", "Age", "Model", "Tokens (ctx %)", "Flags"), ...rows];
}

/** The table of `sessions list`: full keys, three columns (spec 10.1). */
export function listTable(list: SessionList): string[] {
  if (list.rows.length === 0) return ["No sessions found."];
  const rows = list.rows.map((row) => [row.key, String(row.messages), wordedAge(row.age)]);
  return alignedTable(["KEY", "MESSAGES", "LAST ACTIVE"], rows, 3);
}

export function isoSeconds(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}

function agentOf(key: string): string | null {
  const [marker, agent] = key.split(":");
  return marker === "agent" && agent !== undefined ? agent : null;
}

/** One row of `--json` (spec 10.2): the wire's row, the fields that are always there, and the seed's names for them. */
export function jsonRow(row: Row, now: number): Row {
  const updatedAt = numberOf(row, "updatedAt");
  const key = textOf(row, "key") ?? "";
  const sessionId = textOf(row, "sessionId");
  return {
    ...row,
    ageMs: updatedAt === null ? null : Math.max(0, now - updatedAt),
    totalTokens: numberOf(row, "totalTokens"),
    model: textOf(row, "model"),
    modelProvider: textOf(row, "modelProvider"),
    contextTokens: numberOf(row, "contextTokens"),
    agentId: textOf(row, "agentId") ?? agentOf(key),
    uuid: sessionId,
    created: isoSeconds(numberOf(row, "createdAt")),
    lastActive: isoSeconds(numberOf(row, "lastInteractionAt") ?? updatedAt),
    messageCount: numberOf(row, "messageCount") ?? 0,
  };
}

export interface StorePath {
  readonly agentId: string;
  readonly path: string;
}

/** `stores`: where all agents were asked for, what each of them has (spec 10.2). */
export function sessionsJson(payload: Row, { path, activeMinutes, stores }: { readonly path: string | null; readonly activeMinutes: number | null; readonly stores: readonly StorePath[] | null }, now: number): object {
  const sessions = rowsOf(payload, "sessions").map((row) => jsonRow(row, now));
  return {
    path: path === "(multiple)" || stores !== null ? null : path,
    ...(stores === null ? {} : { stores, allAgents: true }),
    count: sessions.length,
    total: numberOf(payload, "total"),
    hasMore: flagOf(payload, "hasMore"),
    activeMinutes,
    sessions,
  };
}
