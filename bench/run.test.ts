import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { meets } from "./lib/bench.ts";
import { json, table } from "./lib/report.ts";
import { median, percentile } from "./lib/stats.ts";

const run = (...args: readonly string[]) => spawnSync(process.execPath, [fileURLToPath(new URL("run.ts", import.meta.url)), ...args], { encoding: "utf8" });

test("without a name the benches are listed with what they measure", () => {
  const { status, stdout } = run();
  assert.equal(status, 0);
  for (const name of ["turns", "routing", "store"]) assert.match(stdout, new RegExp(`^ {2}${name} +\\S`, "m"));
});

test("an unknown bench or option is refused with exit code 2 and what there is", () => {
  for (const args of [["nope"], ["--nope"], ["turns", "store"]]) {
    const { status, stdout, stderr } = run(...args);
    assert.equal(status, 2, args.join(" "));
    assert.equal(stdout, "");
    assert.match(stderr, /^error: .+\n\nusage: /);
  }
});

test("percentiles are by nearest rank", () => {
  const values = [5, 1, 4, 2, 3];
  assert.equal(median(values), 3);
  assert.equal(percentile(values, 0.99), 5);
  assert.equal(percentile(values, 0), 1);
  assert.ok(Number.isNaN(percentile([], 0.5)));
});

test("a measure stands beside its bar, and the JSON keeps the order and two decimals", () => {
  const measures = [
    { key: "b", value: 1.234, unit: "ms", bar: { is: "at most", value: 2 }, means: "met" },
    { key: "a", value: 1, unit: "/s", bar: { is: "at least", value: 2 }, means: "missed" },
    { key: "c", value: 7, unit: "", means: "no bar" },
  ] as const;
  assert.deepEqual(measures.map(meets), [true, false, null]);
  assert.equal(json(measures), '{"b":1.23,"a":1,"c":7}');
  assert.deepEqual(table(measures).split("\n").map((line) => line[0]), [" ", "✓", "✗", " "]);
});
