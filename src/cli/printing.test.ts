import assert from "node:assert/strict";
import { test } from "node:test";
import { PassThrough } from "node:stream";
import { ContinuoError } from "../domain/errors.ts";
import { createScreen } from "./chat/screen.ts";
import { reportFailure } from "./failure.ts";
import type { Terminal } from "./deps.ts";
import { paletteFor, printJson } from "./output.ts";
import { doctorLines } from "./views/doctor.ts";
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

test("nor do those in a gateway's refusals, in notices and in the doctor's lines", () => {
  const evil = "a\u001b]52;c;b3duZWQ=\u0007b\u009b2J";
  const stderr = new PassThrough();
  const stdout = new PassThrough();
  const terminal: Terminal = { stdin: new PassThrough(), stdout, stderr, stdinIsTTY: false, stdoutIsTTY: false, columns: 80, env: {}, onInterrupt: () => () => undefined };
  reportFailure(terminal, new ContinuoError("REQUEST_INVALID", evil, { fields: { cure: evil } }), false);
  createScreen(stdout, paletteFor(terminal), { hide: () => undefined, show: () => undefined }).notice(evil);
  const check = { id: "x", section: "gateway", state: "cross", text: evil, fix: evil } as const;
  const lines = doctorLines({ ok: false, unified: false, checks: [check] }, paletteFor(terminal));
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
  for (const text of [String(stderr.read()), String(stdout.read()), lines.join("\n")]) assert.doesNotMatch(text, /[\u001b\u0007\u009b]/);
});

test("JSON for scripts says every control character in words, and reads back as it was", () => {
  const stdout = new PassThrough();
  const name = "a\u001b]0;x\u0007\u009b2J\u007f";
  printJson({ stdout } as unknown as Terminal, { name });
  const text = String(stdout.read());
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  assert.deepEqual(JSON.parse(text), { name });
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
