import { formatDuration, formatSize } from "./durations.ts";
import { isSecretPath } from "./redact.ts";
import type { Config } from "./schema.ts";
import { formatPath, isObject, type ValuePath } from "./value-path.ts";

/** One setting that is different now. `from` and `to` are texts for people; a secret reads `(secret)`. */
export interface ConfigChange {
  readonly path: string;
  readonly from: string;
  readonly to: string;
  /** `restart`: the running gateway keeps the old value until it is started again. */
  readonly effect: "hot" | "restart";
}

const RESTART: readonly ValuePath[] = [
  ["gateway", "port"],
  ["telemetry"],
  ["gateway", "bind"],
  ["gateway", "customBindHost"],
  ["gateway", "mode"],
  ["gateway", "controlUi", "enabled"],
  ["gateway", "handshakeTimeoutMs"],
  ["gateway", "reload"],
  ["logging"],
  ["store"],
];

const DURATIONS: readonly string[] = ["pruneAfter", "resetArchiveRetention", "trashRetention", "sessionRetention", "every", "ttl"];
const MAX_SHOWN = 120;

function effectOf(path: ValuePath): "hot" | "restart" {
  return RESTART.some((prefix) => prefix.every((segment, index) => path[index] === segment)) ? "restart" : "hot";
}

function show(value: unknown, path: ValuePath): string {
  if (value === undefined) return "(unset)";
  if (isSecretPath(path)) return "(secret)";
  const last = String(path.at(-1));
  if (typeof value === "number" && DURATIONS.includes(last)) return formatDuration(value);
  if (typeof value === "number" && last.endsWith("Bytes")) return formatSize(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function isPlainList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null);
}

/** Objects and lists of objects are compared inside, so that no secret is shown along with its neighbours. */
function walk(from: unknown, to: unknown, path: ValuePath, out: ConfigChange[]): void {
  const left = from ?? undefined;
  const right = to ?? undefined;
  const lists = (Array.isArray(left) || left === undefined) && (Array.isArray(right) || right === undefined) && left !== right;
  if (lists && !(isPlainList(left ?? []) && isPlainList(right ?? []))) {
    const length = Math.max(Array.isArray(left) ? left.length : 0, Array.isArray(right) ? right.length : 0);
    for (let i = 0; i < length; i++) walk(Array.isArray(left) ? left[i] : undefined, Array.isArray(right) ? right[i] : undefined, [...path, i], out);
    return;
  }
  if ((isObject(left) && (isObject(right) || right === undefined)) || (isObject(right) && left === undefined)) {
    const before = isObject(left) ? left : {};
    const after = isObject(right) ? right : {};
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    if (keys.length === 0 && left !== right && (left === undefined || right === undefined)) out.push(change(left, right, path));
    for (const key of keys) walk(own(before, key), own(after, key), [...path, key], out);
    return;
  }
  if (JSON.stringify(left) !== JSON.stringify(right)) out.push(change(left, right, path));
}

function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function change(from: unknown, to: unknown, path: ValuePath): ConfigChange {
  return { path: formatPath(path), from: show(from, path), to: show(to, path), effect: effectOf(path) };
}

/** Every setting whose effective value is different, in the order of the file's sections. */
export function diffConfig(previous: Config, next: Config): readonly ConfigChange[] {
  const out: ConfigChange[] = [];
  walk(previous, next, [], out);
  return out;
}

/** Settings that decide who shares a conversation: what was said follows them, or waits for a yes (law 7). */
const PLANNED = /^(?:session\.(?:scope|dmScope|groupScope|mainKey|owner|identityLinks)|bindings|channels\..+\.(?:dmScope|routing))\b/;

function effectWords({ path, effect }: ConfigChange): string {
  if (effect === "restart") return " (takes effect at the next start)";
  return PLANNED.test(path) ? " (conversations follow: `continuo plan` and `continuo changes` show how)" : "";
}

/** For the log: `session.dmScope: "auto" -> "main"`, and what waits for a restart. */
export function describeChange(change: ConfigChange): string {
  const { path, from, to } = change;
  return `${path}: ${from} -> ${to}${effectWords(change)}`;
}
