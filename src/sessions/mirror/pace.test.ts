import assert from "node:assert/strict";
import { test } from "node:test";
import { createPace } from "./pace.ts";

test("many marks make one pass, a waiting time after the first", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const passes: boolean[] = [];
  const passed = Promise.withResolvers<void>();
  const pass = async (all: boolean): Promise<void> => {
    passes.push(all);
    passed.resolve();
  };
  const pace = createPace(1_000, pass, () => false);
  for (let i = 0; i < 50; i++) pace.soon();
  t.mock.timers.tick(999);
  await Promise.resolve();
  assert.deepEqual(passes, []);
  t.mock.timers.tick(1);
  await passed.promise;
  assert.deepEqual(passes, [false]);
  await pace.stop();
  pace.soon();
  t.mock.timers.tick(10_000);
  assert.deepEqual(passes, [false, true]);
});

test("passes never overlap, however they are asked for", async () => {
  const running: number[] = [];
  let inside = 0;
  const pass = async (): Promise<void> => {
    inside++;
    running.push(inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside--;
  };
  const pace = createPace(1_000, pass, () => false);
  await Promise.all([pace.now(), pace.now(), pace.stop()]);
  assert.deepEqual(running, [1, 1, 1]);
});
