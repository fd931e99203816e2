import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { marksIn, marksOf, normalised } from "./fingerprint.ts";

const SALT = "a salt for this test";
const word = fc.string({ minLength: 1, maxLength: 9, unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789äß日本") });
const text = (minLength: number, maxLength: number) => fc.array(word, { minLength, maxLength }).map((words) => words.join(" "));

test("a text of 31 letters or more is found again in whatever stands around it", () => {
  fc.assert(
    fc.property(text(6, 40), text(0, 20), text(0, 20), (said, before, after) => {
      fc.pre(normalised(said).length >= 31);
      const found = new Set(marksIn(SALT, `${before} ${said} ${after}`));
      assert.ok(marksOf(SALT, said).some((mark) => found.has(mark)), said);
    }),
    { numRuns: 300 },
  );
});

test("case, signs and spaces do not hide it, and another salt knows nothing", () => {
  const said = "The heron of the garden has the number 9417, and nobody knows.";
  const marks = marksOf(SALT, said);
  assert.deepEqual(marksOf(SALT, `  ${said.toUpperCase().replaceAll(" ", "\n—  ")}!`), marks);
  assert.ok(!marksOf("another", said).some((mark) => marks.includes(mark)));
});

test("what is too short to tell whose it was has no marks, and a long text no more than it needs", () => {
  assert.deepEqual(marksOf(SALT, "Good morning!"), []);
  assert.equal(marksOf(SALT, "seventeen letters!").length, 1);
  const long = Array.from({ length: 20_000 }, (_, index) => `word${index}`).join(" ");
  assert.equal(marksOf(SALT, long).length, 32);
});
