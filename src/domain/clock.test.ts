import assert from "node:assert/strict";
import { test } from "node:test";
import { forwardClock } from "./clock.ts";

function machine() {
  const time = { wall: 1_000_000_000_000, steady: 5_000 };
  const pass = (ms: number): void => {
    time.wall += ms;
    time.steady += ms;
  };
  return { clock: forwardClock({ now: () => time.wall }, { now: () => time.steady }), pass, set: (by: number) => (time.wall += by), wall: () => time.wall };
}

test("a clock that is set back runs on from where it was, and is right again after a while", () => {
  const { clock, pass, set, wall } = machine();
  const before = clock.now();
  pass(1_000);
  set(-3_600_000);
  assert.equal(clock.now(), before + 1_000, "nothing is said to have been an hour ago");
  pass(10_000);
  const later = clock.now() - before;
  assert.ok(later >= 9_900 && later <= 11_000, `what is due in ten seconds is due in about ten seconds: ${later}`);
  let last = clock.now();
  for (let minute = 0; minute < 11 * 60; minute++) {
    pass(60_000);
    const now = clock.now();
    assert.ok(now > last, "it always goes on");
    last = now;
  }
  assert.equal(last, wall());
});

test("a clock that is set forward is followed, and one that is set right again is right at once", () => {
  const { clock, pass, set, wall } = machine();
  clock.now();
  set(7_200_000);
  assert.equal(clock.now(), wall());
  const far = clock.now();
  set(-7_200_000);
  pass(5);
  assert.ok(clock.now() >= far);
  set(7_200_000);
  pass(5);
  const now = clock.now();
  assert.ok(now >= wall() && now <= wall() + 10);
});

test("small corrections of the system make nothing go back", () => {
  const { clock, pass, set } = machine();
  let last = clock.now();
  for (let round = 0; round < 100; round++) {
    pass(20);
    set(round % 2 === 0 ? -30 : 30);
    const now = clock.now();
    assert.ok(now >= last);
    last = now;
  }
});
