import assert from "node:assert/strict";
import { test } from "node:test";
import { duration, shortAge, wordedAge } from "./ages.ts";
import { displayWidth, padToWidth, withoutControls } from "./display-width.ts";
import { nearest } from "../config/suggest.ts";
import { alignedTable } from "./table.ts";
import { shortKey, tokensCell } from "./views/sessions.ts";

const MINUTE = 60_000;

test("ages read as in spec 10", () => {
  const cases: [number | null, string, string][] = [
    [null, "unknown", "unknown"],
    [0, "just now", "just now"],
    [MINUTE - 1, "just now", "just now"],
    [MINUTE, "1m ago", "1 minute ago"],
    [5 * MINUTE, "5m ago", "5 minutes ago"],
    [60 * MINUTE, "1h ago", "1 hour ago"],
    [3 * 60 * MINUTE, "3h ago", "3 hours ago"],
    [24 * 60 * MINUTE, "1d ago", "1 day ago"],
    [40 * 24 * 60 * MINUTE, "40d ago", "40 days ago"],
  ];
  for (const [age, short, worded] of cases) assert.deepEqual([shortAge(age), wordedAge(age)], [short, worded]);
});

test("durations are cut to what people care about", () => {
  assert.deepEqual([0.4, 340, 12_900, 3 * MINUTE + 12_345, 125 * MINUTE + 1, 97.5 * 60 * MINUTE].map(duration), ["0ms", "340ms", "12s", "3m12s", "2h5m", "4d1h"]);
});

test("wide characters take two columns and colour none, so that tables stay aligned", () => {
  assert.deepEqual(["abc", "你好", "é", "e\u0301", "한국", "\u001b[31mred\u001b[39m", "👍", "ｆ"].map(displayWidth), [3, 4, 1, 1, 4, 3, 2, 2]);
  assert.equal(padToWidth("你好", 6), "你好  ");
  assert.deepEqual(alignedTable(["Name", "N"], [["你好吗", "1"], ["abc", "2"]]), ["Name    N", "你好吗  1", "abc     2"]);
});

test("escape sequences in what others wrote do not reach the terminal", () => {
  assert.equal(withoutControls("a\u001b]0;owned\u0007b\tc\nd\r"), "a]0;ownedb\tc\nd");
});

test("token cells and short keys read as in spec 10.1", () => {
  assert.equal(tokensCell(12_000, 200_000), "12k/200k (6%)");
  assert.equal(tokensCell(null, 200_000), "unknown/200k (?%)");
  assert.equal(tokensCell(120, 200_000), "0.1k/200k (0%)");
  assert.equal(tokensCell(120, null), "0.1k/? (?%)");
  assert.equal(shortKey("agent:main:telegram:group:-100123"), "agent:main:teleg...100123");
  assert.equal(shortKey("agent:main:main"), "agent:main:main");
});

test("a mistyped word finds its neighbour, a foreign one finds none", () => {
  assert.equal(nearest("strat", ["start", "stop", "status"]), "start");
  assert.equal(nearest("frobnicate", ["start", "stop"]), null);
  assert.equal(nearest("x", ["run"]), null);
});
