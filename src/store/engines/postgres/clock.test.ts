import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pool } from "pg";
import { createDatabaseClock } from "./clock.ts";

const AHEAD = 1_000_000;

/** A server whose clock is ahead by a million ms; each answer takes a time of its own, and is made at its beginning. */
function world(trips: number[]) {
  const steady = { ms: 0, now: () => steady.ms };
  const query = async () => {
    const now = steady.ms + AHEAD;
    steady.ms += trips.shift() ?? 2;
    return { rows: [{ now }] };
  };
  return { steady, pool: { query } as unknown as Pick<Pool, "query"> };
}

test("an answer that took long does not move the clock: not ahead, where it would stand still, and not back", async () => {
  const { steady, pool } = world([2, 60_000, 2]);
  const clock = await createDatabaseClock(pool, steady);
  const off = (): number => clock.now() - AHEAD - steady.ms;
  assert.ok(Math.abs(off()) <= 1);
  await clock.measure();
  assert.ok(Math.abs(off()) <= 1, "a process that was paused for a minute while it asked");
  await clock.measure();
  assert.ok(Math.abs(off()) <= 1);
});

test("where every answer takes long the best one is believed", async () => {
  const { steady, pool } = world([4_000, 900, 3_000]);
  const clock = await createDatabaseClock(pool, steady);
  assert.ok(Math.abs(clock.now() - AHEAD - steady.ms) <= 450);
});
