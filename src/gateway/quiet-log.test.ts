import assert from "node:assert/strict";
import { test } from "node:test";
import { createQuietLog } from "./quiet-log.ts";

test("of one kind of warning ten lines a minute are kept, and the next one says how many were not", () => {
  let now = 1_000;
  const lines: object[] = [];
  const ignore = (): void => undefined;
  const log = createQuietLog({ debug: ignore, info: ignore, error: ignore, warn: (fields, message) => lines.push({ ...fields, message }) }, { now: () => now });
  for (let index = 0; index < 500; index++) log.warn({ index }, "refused");
  log.warn({}, "something else");
  assert.equal(lines.length, 11);
  now += 60_000;
  log.warn({ index: 500 }, "refused");
  assert.deepEqual(lines.at(-1), { index: 500, notLoggedBefore: 490, message: "refused" });
});
