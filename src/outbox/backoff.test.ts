import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs } from "./backoff.ts";

const BUDGET = { attempts: 5, first: 100, longest: 1_000, jitter: 0.5 };

test("pauses double from the first to the longest, with a share of chance on top", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 2000].map((attempt) => backoffMs(BUDGET, attempt, null, 0)), [100, 200, 400, 800, 1_000, 1_000]);
  assert.equal(backoffMs(BUDGET, 1, null, 0.5), 125);
  assert.equal(backoffMs({ ...BUDGET, jitter: 0 }, 1, null, 0.999), 100);
});

test("what a platform asks for is never undercut", () => {
  assert.equal(backoffMs(BUDGET, 1, 7_000, 0.9), 7_000);
  assert.equal(backoffMs(BUDGET, 5, 7, 0), 1_000);
});
