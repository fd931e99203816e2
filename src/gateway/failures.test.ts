import assert from "node:assert/strict";
import { it } from "node:test";
import { createFailureLimit } from "./failures.ts";
import { fakeTime } from "./fake-time.test-kit.ts";

it("twenty wrong secrets a minute make an address wait until the oldest is a minute old", () => {
  const time = fakeTime(1_000_000);
  const limit = createFailureLimit(time.clock);
  for (let i = 0; i < 20; i++) {
    assert.equal(limit.waitMs("a"), 0);
    limit.record("a", `guess-${i}`);
    time.pass(1_000);
  }
  assert.equal(limit.waitMs("a"), 40_000);
  assert.equal(limit.waitMs("b"), 0);
  time.pass(40_000);
  assert.equal(limit.waitMs("a"), 0);
});

it("remembers a bounded number of addresses, the latest ones", () => {
  const time = fakeTime(1_000_000);
  const limit = createFailureLimit(time.clock);
  for (let i = 0; i < 20; i++) limit.record("first", `${i}`);
  for (let i = 0; i < 20; i++) limit.record("last", `${i}`);
  for (let i = 0; i < 999; i++) limit.record(`other-${i}`, "x");
  assert.equal(limit.waitMs("first"), 0);
  assert.ok(limit.waitMs("last") > 0);
});

it("the same wrong secret again and again is one guess: a page with an old token locks nobody out", () => {
  const time = fakeTime(1_000_000);
  const limit = createFailureLimit(time.clock);
  for (let i = 0; i < 500; i++) limit.record("a", "yesterday's token");
  assert.equal(limit.waitMs("a"), 0);
});
