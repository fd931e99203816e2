import assert from "node:assert/strict";
import { test } from "node:test";
import { createRedaction, HIDDEN, isSecretField } from "./redact.ts";

const NAMES: readonly (readonly [name: string, secret: boolean])[] = [
  ["token", true],
  ["botToken", true],
  ["OPENCLAW_GATEWAY_TOKEN", true],
  ["x-api-key", true],
  ["apiKeys", true],
  ["signing_secret", true],
  ["Set-Cookie", true],
  ["encodingAESKey", true],
  ["totalTokens", false],
  ["tokenCount", false],
  ["sessionKey", false],
  ["key", false],
  ["author", false],
];

for (const [name, secret] of NAMES) {
  test(`a field named ${name} is ${secret ? "" : "not "}taken for a secret`, () => assert.equal(isSecretField(name), secret));
}

test("the longer of two secrets is hidden whole, also where one begins with the other", () => {
  assert.equal(createRedaction(["abcdef", "abcdef-and-more"]).text("<abcdef-and-more> <abcdef>"), `<${HIDDEN}> <${HIDDEN}>`);
});

test("a secret too short to be told from a word is hidden by its field's name alone", () => {
  const redaction = createRedaction(["main", ""]);
  assert.deepEqual(redaction.fields({ sessionKey: "agent:main:main", password: "main" }), { sessionKey: "agent:main:main", password: HIDDEN });
});

test("new secrets replace the old ones, and none at all is fine", () => {
  const redaction = createRedaction(["first-secret"]);
  redaction.setSecrets(["second-secret"]);
  assert.equal(redaction.text("first-secret second-secret"), `first-secret ${HIDDEN}`);
  redaction.setSecrets([]);
  assert.equal(redaction.text("second-secret"), "second-secret");
});

test("the caller's own object is left as it was", () => {
  const fields = { list: [{ token: "hunter2" }] };
  createRedaction([]).fields(fields);
  assert.deepEqual(fields, { list: [{ token: "hunter2" }] });
});

test("an object that throws when it is read does not take the log line down", () => {
  const hostile = {
    get now(): string {
      throw new Error("no");
    },
  };
  const raging = {
    toJSON: (): string => {
      throw new Error("no");
    },
  };
  const redaction = createRedaction([]);
  assert.deepEqual(redaction.fields({ hostile, raging, kept: 1 }), { hostile: "[unreadable]", raging: "[unreadable]", kept: 1 });
  assert.deepEqual(redaction.fields(hostile), { fields: "[unreadable]" });
});

test("fields that are a list, or become a text, still make an object", () => {
  const redaction = createRedaction(["abcdefgh"]);
  assert.deepEqual(redaction.fields(["abcdefgh"]), { fields: [HIDDEN] });
  assert.deepEqual(redaction.fields(new Date(0)), { fields: "1970-01-01T00:00:00.000Z" });
});

test("a list of a hundred thousand texts is cut, and so is an object of as many", () => {
  const list = Array.from({ length: 100_000 }, (_, i) => `text ${i}`);
  const copy = createRedaction([]).fields({ list, set: new Set(list) });
  assert.equal((copy["list"] as unknown[]).at(-1), "[more]");
  assert.ok(JSON.stringify(copy).length < 50_000);
  assert.ok(JSON.stringify(createRedaction([]).fields(Object.fromEntries(list.entries()))).length < 50_000);
});

test("what costs a pattern nothing on one character costs it nothing on two hundred thousand", () => {
  const redaction = createRedaction([]);
  for (const part of ["a.", "a", "1", "?key", "://", "sk-", "bot "]) {
    const long = part.repeat(200_000 / part.length);
    assert.equal(redaction.text(long).length > 0, true);
  }
});
