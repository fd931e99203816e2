export type DurationUnit = "ms" | "s" | "m" | "h" | "d";

/** The texts that a bad value gets, wherever a duration or a size is read (spec 1.1). */
export const DURATION_MESSAGE = "invalid duration (use ms, s, m, h, d)";
export const SIZE_MESSAGE = "invalid size (use b, kb, mb, gb, tb)";

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DESCENDING: readonly DurationUnit[] = ["d", "h", "m", "s", "ms"];
const SINGLE = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/i;
const COMPOSITE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/i;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/gi;

const SIZE = /^(\d+(?:\.\d+)?)([a-z]+)?$/i;
const SIZE_UNITS = ["b", "kb", "mb", "gb", "tb"] as const;
const SIZE_NAMES = ["b", "k", "m", "g", "t"] as const;

/** Whole milliseconds or bytes that arithmetic can trust, else null. */
function whole(value: number): number | null {
  const rounded = Math.round(value);
  return Number.isSafeInteger(rounded) && rounded >= 0 ? rounded : null;
}

/**
 * `"30d"`, `"1h30m"`, `"1.5h"`, or a bare number in `defaultUnit`, as whole milliseconds.
 * Null for anything else: negative, empty, unknown unit, too large (spec 1).
 */
export function parseDuration(value: string | number, defaultUnit: DurationUnit): number | null {
  const text = String(value).trim();
  const single = SINGLE.exec(text);
  if (single !== null) {
    const unit = (single[2]?.toLowerCase() ?? defaultUnit) as DurationUnit;
    return whole(Number(single[1]) * MS[unit]);
  }
  if (!COMPOSITE.test(text)) return null;
  let total = 0;
  for (const part of text.matchAll(PART)) total += Number(part[1]) * MS[(part[2] ?? "").toLowerCase() as DurationUnit];
  return whole(total);
}

/** The shortest text that `parseDuration` reads back as the same milliseconds: `90000` is `1m30s`. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms));
  let out = "";
  for (const unit of DESCENDING) {
    const count = Math.floor(rest / MS[unit]);
    if (count > 0) out += `${count}${unit}`;
    rest -= count * MS[unit];
  }
  return out === "" ? "0s" : out;
}

/** `"10mb"`, `"1.5g"`, or a bare number of bytes; units are powers of 1024. Null when it is none (spec 1). */
export function parseSize(value: string | number): number | null {
  const match = SIZE.exec(String(value).trim());
  if (match === null) return null;
  const unit = match[2]?.toLowerCase() ?? "b";
  const power = SIZE_UNITS.findIndex((name, index) => name === unit || SIZE_NAMES[index] === unit);
  return power < 0 ? null : whole(Number(match[1]) * 1024 ** power);
}

/** In the largest unit that divides it exactly, so that `parseSize` reads the same number back. */
export function formatSize(bytes: number): string {
  let value = Math.max(0, Math.round(bytes));
  let power = 0;
  while (value > 0 && value % 1024 === 0 && power < SIZE_UNITS.length - 1) {
    value /= 1024;
    power++;
  }
  return `${value}${SIZE_UNITS[power]}`;
}
