import assert from "node:assert/strict";
import { test } from "node:test";
import { counter, histogram } from "./instruments.ts";
import { createRate, createRecent } from "./recent.ts";

test("a value falls into the first bucket that holds it, the bound included", () => {
  const { family, observe } = histogram("h", "help", [1, 2]);
  for (const value of [0, 1, 1.5, 2, 3]) observe(value);
  assert.deepEqual(family.series(), [{ labels: [], counts: [2, 2, 1], sum: 7.5 }]);
});

test("whatever somebody puts into a label, the memory that it takes is bounded and nothing goes uncounted", () => {
  const { family, add } = counter("c", "help", "word", "outcome");
  for (let i = 0; i < 5_000; i++) add(1, `word ${i}`, "ok");
  const series = family.series() as readonly { labels: readonly string[]; value: number }[];
  assert.ok(series.length <= 201);
  assert.equal(series.reduce((sum, { value }) => sum + value, 0), 5_000);
  assert.equal(series.find(({ labels }) => labels[0] === "other")?.value, 4_800);
});

test("percentiles are of what is recent, however much there was before", () => {
  const recent = createRecent();
  assert.deepEqual(recent.percentiles(0), { p50: null, p95: null, count: 0 });
  for (let i = 1; i <= 2_000; i++) recent.add(i, i <= 1_900 ? 1e6 : i - 1_900);
  assert.deepEqual(recent.percentiles(1_901), { p50: 51, p95: 96, count: 100 });
});

test("a rate counts whole seconds of the last ten, and forgets what is older", () => {
  const rate = createRate();
  for (let second = 0; second < 20; second++) for (let i = 0; i < 5; i++) rate.add(second * 1000 + i);
  assert.equal(rate.perSecond(20_000), 5);
  assert.equal(rate.perSecond(25_000), 2.5);
  assert.equal(rate.perSecond(60_000), 0);
});
