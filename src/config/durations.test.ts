import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatDuration, formatSize, parseDuration, parseSize, type DurationUnit } from "./durations.ts";

const DURATIONS: readonly [string | number, DurationUnit, number | null][] = [
  ["30d", "d", 2_592_000_000],
  ["30", "d", 2_592_000_000],
  [30, "d", 2_592_000_000],
  ["1h30m", "d", 5_400_000],
  ["1H30M", "d", 5_400_000],
  ["1.5h", "d", 5_400_000],
  ["250ms", "s", 250],
  ["1m250ms", "s", 60_250],
  [" 5m ", "s", 300_000],
  ["0m", "m", 0],
  [0, "d", 0],
  ["0.4ms", "ms", 0],
  ["", "d", null],
  ["  ", "d", null],
  ["-1d", "d", null],
  [-1, "d", null],
  [Number.NaN, "d", null],
  [Number.POSITIVE_INFINITY, "d", null],
  ["1w", "d", null],
  ["1h30", "d", null],
  ["1h 30m", "d", null],
  ["h", "d", null],
  [".5h", "d", null],
  ["1e3", "ms", null],
  ["99999999999999999999d", "d", null],
];

for (const [value, unit, ms] of DURATIONS) {
  test(`duration ${JSON.stringify(value)} with default unit ${unit} is ${ms ?? "refused"}`, () => {
    assert.equal(parseDuration(value, unit), ms);
  });
}

const SIZES: readonly [string | number, number | null][] = [
  ["10mb", 10 * 1024 ** 2],
  ["10M", 10 * 1024 ** 2],
  ["1kb", 1024],
  ["1k", 1024],
  ["2g", 2 * 1024 ** 3],
  ["1tb", 1024 ** 4],
  ["1.5kb", 1536],
  ["0.3b", 0],
  ["7", 7],
  [7, 7],
  ["", null],
  ["-1", null],
  ["1xb", null],
  ["1 kb", null],
  ["1kib", null],
  ["9999999tb", null],
];

for (const [value, bytes] of SIZES) {
  test(`size ${JSON.stringify(value)} is ${bytes ?? "refused"}`, () => {
    assert.equal(parseSize(value), bytes);
  });
}

test("every formatted duration reads back as the same milliseconds", () => {
  fc.assert(fc.property(fc.nat({ max: 2 ** 45 }), (ms) => parseDuration(formatDuration(ms), "d") === ms), { numRuns: 5000 });
});

test("every formatted size reads back as the same bytes", () => {
  fc.assert(fc.property(fc.nat({ max: 2 ** 50 }), (bytes) => parseSize(formatSize(bytes)) === bytes), { numRuns: 5000 });
});

test("no text whatever makes a negative or broken duration or size", () => {
  const sound = (value: number | null) => value === null || (Number.isSafeInteger(value) && value >= 0);
  fc.assert(fc.property(fc.oneof(fc.string(), fc.double()), (value) => sound(parseDuration(value, "h")) && sound(parseSize(value))), { numRuns: 5000 });
});

test("durations and sizes are written for people", () => {
  assert.deepEqual([0, 250, 5_400_000, 90_061_001].map(formatDuration), ["0s", "250ms", "1h30m", "1d1h1m1s1ms"]);
  assert.deepEqual([0, 1, 1024, 1536, 10 * 1024 ** 2].map(formatSize), ["0b", "1b", "1kb", "1536b", "10mb"]);
});
