import assert from "node:assert/strict";
import { test } from "node:test";
import { createIds } from "./ids.ts";

test("ids sort by their making, within a millisecond, over a clock that is set back, and over a restart in between", () => {
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
  assert.deepEqual(made.toSorted(), made);
  assert.equal(new Set(made).size, made.length);
});
