import assert from "node:assert/strict";
import { it } from "node:test";
import { createFailureLimit } from "./failures.ts";
import { fakeTime } from "./fake-time.test-kit.ts";

it("twenty wrong secrets a minute make an address wait until the oldest is a minute old", () => {
  const time = fakeTime(1_000_000);
  const limit = createFailureLimit(time.clock);
  for (let i = 0; i < 20; i++) {
    assert.equal(limit.waitMs("a"), 0);
    limit.record("a");
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
  for (let i = 0; i < 20; i++) limit.record("first");
  for (let i = 0; i < 20; i++) limit.record("last");
  for (let i = 0; i < 999; i++) limit.record(`other-${i}`);
  assert.equal(limit.waitMs("first"), 0);
  assert.ok(limit.waitMs("last") > 0);
});
