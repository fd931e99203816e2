import assert from "node:assert/strict";
import { test } from "node:test";
import { excerptOf } from "./excerpt.ts";
import { findIn } from "./match.ts";
import { blocksBetween, blocksOf, rangesBelow } from "./numbers.ts";
import { parseQuery } from "./query.ts";
import { unitsOf } from "./units.ts";

function shown(text: string, query: string): { readonly text: string; readonly marked: readonly string[] } {
  const parsed = parseQuery(query);
  const found = findIn(unitsOf(text), parsed, parsed.isOpen);
  assert.ok(found, query);
  const excerpt = excerptOf(text, found);
  return { text: excerpt.text, marked: excerpt.marks.map(({ start, end }) => excerpt.text.slice(start, end)) };
}

test("a short text is shown whole, in one line, with all that was found marked as it was written", () => {
  assert.deepEqual(shown("The Red\nbike:\tＢＩＫＥ, bikes", "bike red"), { text: "The Red bike: ＢＩＫＥ, bikes", marked: ["Red", "bike", "ＢＩＫＥ"] });
  assert.deepEqual(shown("The red bikes", "red bik").marked, ["red", "bikes"]);
  assert.deepEqual(shown("我昨天买了自行车", "自行车 昨天").marked, ["昨天", "自行车"]);
});

test("of a long text some 160 characters around what is said least often are shown", () => {
  const text = `${"the other word ".repeat(60)}needle ${"the other word ".repeat(60)}`;
  const { text: line, marked } = shown(text, "word needle");
  assert.ok(line.startsWith("…") && line.endsWith("…") && line.length <= 180, line);
  assert.ok(marked.includes("needle"));
  assert.doesNotMatch(line, /^…(he|ther|ord)\b/);
});

test("nothing is cut within a character, wherever the cut falls", () => {
  const lone = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
  for (let pad = 0; pad < 8; pad++) {
    const text = `${"a".repeat(pad)}${"😀".repeat(120)} needle ${"𠮷".repeat(200)}${"e\u0301".repeat(50)}`;
    const { text: line, marked } = shown(text, "needle");
    assert.doesNotMatch(line, lone);
    assert.deepEqual(marked, ["needle"]);
    assert.doesNotMatch(line, /…\u0301/);
  }
});

test("blocks hold every number of a range, and none of another", () => {
  const start = 2 ** 30;
  for (const [first, end] of [[start - 8_192, start + 5], [start - 3 * 65_536, start], [start - 2 ** 24, start + 1], [0, 4_096]] as const) {
    const blocks = new Set(blocksBetween(first, end));
    const isIn = (doc: number): boolean => blocksOf(doc).some((word) => blocks.has(word));
    for (const doc of [first, first + 1, Math.floor((first + end) / 2), end - 1]) assert.ok(isIn(doc), `${doc} of ${first} to ${end}`);
    for (const doc of [first - 1, first - 5_000, end + 4_096]) assert.ok(!isIn(doc), `${doc} outside ${first} to ${end}`);
    assert.ok(blocks.size <= 40);
  }
});

test("ranges follow each other down to the lowest number, each much longer than the one before", () => {
  const ranges = [...rangesBelow(2 ** 30 + 777, 2 ** 30 - 5_000_000)];
  assert.ok(ranges.length <= 5);
  assert.equal(ranges[0]?.end, 2 ** 30 + 777);
  for (const [index, { first, end }] of ranges.entries()) {
    assert.equal(first % 4_096, 0);
    if (index > 0) assert.equal(end, ranges[index - 1]?.first);
  }
  assert.ok((ranges.at(-1)?.first ?? 0) <= 2 ** 30 - 5_000_000);
});
