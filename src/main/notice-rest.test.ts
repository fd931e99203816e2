import assert from "node:assert/strict";
import { test } from "node:test";
import { getCppHeapStatistics } from "node:v8";
import { letRestBeNoticed } from "./notice-rest.ts";

function bytesOfObjects(): number {
  return (getCppHeapStatistics("detailed") as { readonly used_size_bytes: number }).used_size_bytes;
}

test("adds every ten seconds to what V8 measures, and does not keep the process from ending", (t) => {
  const unref = t.mock.fn();
  const timer = { unref } as unknown as NodeJS.Timeout;
  let tick: (() => unknown) | undefined;
  const interval = t.mock.method(globalThis, "setInterval", ((work: () => unknown) => ((tick = work), timer)) as typeof setInterval);
  letRestBeNoticed();
  assert.equal(interval.mock.calls[0]?.arguments[1], 10_000);
  assert.equal(unref.mock.callCount(), 1);
  const before = bytesOfObjects();
  tick?.();
  assert.ok(bytesOfObjects() > before);
});
