import assert from "node:assert/strict";
import { test } from "node:test";
import { createIds } from "./ids.ts";

test("ids sort by their making, within a millisecond, over a clock that is set back, over a restart in between, and behind those of a process whose clock is ahead", () => {
  let time = 1_700_000_000_000;
  const clock = { now: () => time };
  const first = createIds(clock);
  const made = [first.next(), first.next()];
  time -= 3_600_000;
  made.push(first.next());
  const second = createIds(clock, made.at(-1));
  made.push(second.next(), second.next());
  time += 7_200_000;
  made.push(second.next());
  const ahead = createIds({ now: () => time + 300 });
  made.push(ahead.next(), ahead.next());
  made.push(second.next(made.at(-1)), second.next());
  time += 10_000;
  made.push(second.next(made.at(-1)), second.next("01"));
  assert.deepEqual(made.toSorted(), made);
  assert.equal(new Set(made).size, made.length);
});
