import assert from "node:assert/strict";
import { it } from "node:test";
import { createPace } from "./pace.ts";
import { fakeTime } from "./fake-time.test-kit.ts";

it("tells the first at once and then at most once an interval, the last always", () => {
  const time = fakeTime();
  const told: number[] = [];
  const pace = createPace(150, time.clock, time.after, () => told.push(time.clock.now()));
  for (let i = 0; i < 10; i++) {
    pace.offer();
    time.pass(50);
  }
  time.pass(1_000);
  assert.deepEqual(told, [0, 150, 300, 450, 600]);
});

it("flushes what waits, and nothing when nothing waits", () => {
  const time = fakeTime();
  let told = 0;
  const pace = createPace(150, time.clock, time.after, () => told++);
  pace.offer();
  pace.flush();
  assert.equal(told, 1);
  pace.offer();
  pace.flush();
  assert.equal(told, 2);
  pace.offer();
  pace.stop();
  time.pass(1_000);
  assert.equal(told, 2);
});

it("a clock that is set back does not silence it", () => {
  const time = fakeTime(1_000_000);
  let told = 0;
  const pace = createPace(150, time.clock, time.after, () => told++);
  pace.offer();
  time.set(0);
  pace.offer();
  assert.equal(told, 2);
});
