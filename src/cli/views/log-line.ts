import { withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";
import { asRow, numberOf, textOf } from "../wire.ts";

const LEVELS: Readonly<Record<number, string>> = { 10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal" };
const OWN_PLACE = new Set(["level", "time", "msg", "pid", "hostname", "v"]);

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null; // a line that is no JSON is shown as it stands
  }
}

/** Of an error its words; its stack is in the file (`--json`). */
function shown(name: string, value: unknown): string {
  const words = name === "err" ? textOf(asRow(value), "message") : null;
  return words ?? (typeof value === "string" ? value : JSON.stringify(value));
}

/** One line of the gateway's log for people: `10:00:00 warn  what happened  field=value`. */
export function logLine(line: string, palette: Palette): string {
  const row = asRow(parse(line));
  const at = numberOf(row, "time") ?? Date.parse(textOf(row, "time") ?? "");
  const message = textOf(row, "msg");
  if (message === null || Number.isNaN(at)) return withoutControls(line);
  const level = LEVELS[numberOf(row, "level") ?? 0] ?? textOf(row, "level") ?? "info";
  const paint = level === "warn" ? palette.warn : level === "error" || level === "fatal" ? palette.bad : palette.dim;
  const fields = Object.entries(row)
    .filter(([name, value]) => !OWN_PLACE.has(name) && value !== null && !(name === "err" && textOf(asRow(value), "message") === message))
    .map(([name, value]) => `${name}=${shown(name, value)}`);
  const clock = new Date(at).toTimeString().slice(0, 8);
  return withoutControls(`${clock} `) + paint(level.padEnd(5)) + withoutControls(` ${message}${fields.length > 0 ? `  ${fields.join(" ")}` : ""}`);
}
