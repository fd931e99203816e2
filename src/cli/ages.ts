import { formatDuration } from "../config/durations.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `just now`, `5m ago`, `3h ago`, `40d ago`; null is `unknown` (spec 10). Ages are in ms. */
export function shortAge(age: number | null): string {
  if (age === null || !Number.isFinite(age)) return "unknown";
  if (age < MINUTE) return "just now";
  if (age < HOUR) return `${Math.floor(age / MINUTE)}m ago`;
  if (age < DAY) return `${Math.floor(age / HOUR)}h ago`;
  return `${Math.floor(age / DAY)}d ago`;
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

/** `2 hours ago`, `1 day ago`: the words of `sessions list` (spec 10.1). */
export function wordedAge(age: number | null): string {
  if (age === null || !Number.isFinite(age)) return "unknown";
  if (age < MINUTE) return "just now";
  if (age < HOUR) return counted(Math.floor(age / MINUTE), "minute");
  if (age < DAY) return counted(Math.floor(age / HOUR), "hour");
  return counted(Math.floor(age / DAY), "day");
}

/** For people: `340ms`, `12s`, `3m12s`, `2h5m`, `4d1h`; what is finer than they care about is cut off. */
export function duration(ms: number): string {
  const grain = ms < 1000 ? 1 : ms < HOUR ? 1000 : ms < DAY ? MINUTE : HOUR;
  return ms < 1 ? "0ms" : formatDuration(Math.floor(ms / grain) * grain);
}
