import assert from "node:assert/strict";
import { test } from "node:test";
import { contextOf, reported, UNKNOWN_USAGE, withRequest, type Usage } from "./usage.ts";

const one: Usage = { input: 100, output: 10, cacheRead: 2_000, cacheWrite: null };
const two: Usage = { input: 50, output: 20, cacheRead: 2_100, cacheWrite: 7 };

test("P35 several requests for one answer: what they used is a sum, the context is the last one's", () => {
  assert.deepEqual(withRequest(null, one), one);
  const both = withRequest(one, two);
  assert.deepEqual(both, { input: 150, output: 30, cacheRead: 4_100, cacheWrite: 7, context: 2_157 });
  assert.equal(contextOf(withRequest(both, one)), 2_100);
});

test("P35 a last request of which nothing is known leaves the context unknown, and the sums as far as they are", () => {
  const known = withRequest(one, UNKNOWN_USAGE);
  assert.deepEqual(known, { ...one, context: null });
  assert.equal(contextOf(known), null);
  assert.deepEqual(reported(known), { input: 100, output: 10, cacheRead: 2_000 });
});
