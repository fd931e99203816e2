import assert from "node:assert/strict";
import { test } from "node:test";
import { ContinuoError } from "../domain/errors.ts";
import { createModelNames } from "./model-names.ts";

const LISTED = ["anthropic/claude-sonnet", "openai/gpt-5", "azure/gpt-5", "openrouter/meta/llama"].map((ref) => {
  const slash = ref.indexOf("/");
  return { provider: ref.slice(0, slash), id: ref.slice(slash + 1), name: ref, contextWindow: 1_000 };
});

const names = createModelNames(
  {
    listModels: () => LISTED,
    resolveModel(ref) {
      if (ref.startsWith("keyless/")) throw new ContinuoError("MODEL_KEY_MISSING", "There is no key for keyless.");
      if (!LISTED.some(({ provider }) => ref.startsWith(`${provider}/`))) throw new ContinuoError("MODEL_UNKNOWN", `"${ref}" names no model.`);
      return { provider: { id: "x", models: [], stream: () => assert.fail("nothing is asked") }, model: ref, info: { id: ref, name: ref, contextWindow: 5_000 } };
    },
  },
  { "anthropic/claude-sonnet": { alias: "Sonnet" }, "openai/gpt-5": {} },
);

const FOUND: readonly (readonly [word: string, kind: string, ref?: string])[] = [
  ["anthropic/claude-sonnet", "found", "anthropic/claude-sonnet"],
  ["ANTHROPIC/Claude-Sonnet", "found", "anthropic/claude-sonnet"],
  ["claude-sonnet", "found", "anthropic/claude-sonnet"],
  ["sonnet", "found", "anthropic/claude-sonnet"],
  ["meta/llama", "found", "openrouter/meta/llama"],
  ["openai/newer-than-the-table", "found", "openai/newer-than-the-table"],
  ["gpt-5", "several"],
  ["keyless/model", "unusable", "keyless/model"],
  ["nobody/model", "unknown"],
  ["claude", "unknown"],
];

for (const [word, kind, ref] of FOUND) {
  test(`${word} is ${kind}${ref === undefined ? "" : `: ${ref}`}`, () => {
    const named = names.find(word);
    assert.equal(named.kind, kind);
    if (ref !== undefined) assert.equal("ref" in named && named.ref, ref);
  });
}

const TAKEN: readonly (readonly [rest: string, model: string | null, left: string])[] = [
  ["sonnet", "anthropic/claude-sonnet", ""],
  ["sonnet what is new?", "anthropic/claude-sonnet", "what is new?"],
  ["claude-sonnet two\nlines", "anthropic/claude-sonnet", "two\nlines"],
  ["openai gpt-5 hello", "openai/gpt-5", "hello"],
  ["gpt-5 is several models", null, ""],
  ["either/or is no model", null, ""],
  ["keyless/model cannot be used", null, ""],
  ["default", "default", ""],
  ["default settings", null, ""],
  ["hello", null, ""],
];

for (const [rest, model, left] of TAKEN) {
  test(`/new ${JSON.stringify(rest)} takes ${model ?? "no model"}`, () => {
    assert.deepEqual(names.take(rest), model === null ? null : { model, rest: left });
  });
}

test("a model that cannot be asked has no window", () => {
  assert.deepEqual([names.window("openai/gpt-5"), names.window("nobody/model")], [5_000, null]);
});
