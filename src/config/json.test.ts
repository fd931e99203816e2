import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import JSON5 from "json5";
import { parsePlain } from "./json.ts";

function readByJson5(text: string): unknown {
  try {
    return JSON5.parse<unknown>(text);
  } catch {
    return undefined;
  }
}

test("comments and trailing commas are read without JSON5, strings that look like them are kept", () => {
  const cases: [string, unknown][] = [
    ['// first\n{"a": 1, /* two\n lines */ "b": [1, 2,],}', { a: 1, b: [1, 2] }],
    ['{"url": "http://x/*y*/,]", "quote": "\\"//,}"}', { url: "http://x/*y*/,]", quote: '"//,}' }],
    ['{"a": 1} // no line behind it', { a: 1 }],
    ['{"a"/**/:1,//x\n}', { a: 1 }],
  ];
  for (const [text, value] of cases) assert.deepEqual(parsePlain(text), value, text);
});

test("what only JSON5 reads, or nobody, is left to JSON5", () => {
  for (const text of ["{a: 1}", "{'a': 1}", '{"a": \'/*\', "b": \'*/\'}', "[,]", "{,}", "[1,,]", "[1,/**/,]", '{"a": +1}', '{"a": 0x10}', "{", '"', "/*", '{"a": "x\\\ny"}', ""]) {
    assert.equal(parsePlain(text), undefined, text);
  }
});

test("whatever is read is what JSON5 reads", () => {
  const piece = fc.constantFrom("{", "}", "[", "]", ",", ":", '"', "'", "\\", "//", "/*", "*/", "\n", "\r", "\u2028", " ", "1", "a", '"a"', '"a":', "null", "__proto__", "[1,", "],");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join("")), (text) => {
      const plain = parsePlain(text);
      if (plain !== undefined) assert.deepEqual(plain, readByJson5(text), text);
    }),
    { numRuns: 20_000 },
  );
  fc.assert(
    fc.property(fc.json(), fc.integer({ min: 0, max: 4 }), (text, spaces) => {
      const commented = JSON.stringify(JSON.parse(text), null, spaces).replaceAll("\n", " // x, ]\n/* } */");
      assert.deepEqual(parsePlain(commented), readByJson5(commented), commented);
    }),
  );
});
