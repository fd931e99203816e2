import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelEvent } from "./providers/provider.ts";
import { runAgent, type AgentParts, type AgentRun } from "./run.ts";

function parts(stream: () => AsyncIterable<ModelEvent>): AgentParts {
  return {
    resolveModel: (ref) => ({ provider: { id: "test", models: [], stream }, model: ref, info: { id: ref, name: ref, contextWindow: 1000 } }),
    pause: async () => undefined,
    images: { read: async () => null, turns: () => 1 },
    onModelError: () => undefined,
  };
}

const run: AgentRun = {
  agent: { id: "main", name: null, models: ["test/m"], timeoutMs: 1000, contextTokens: null, systemPrompt: null },
  modelOverride: null,
  entries: [],
  signal: new AbortController().signal,
  onText: () => undefined,
};

test("an answer that never ends is cut off, kept, and its model told to stop", async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<ModelEvent> {
    try {
      for (;;) yield { kind: "text", delta: "x".repeat(100_000) };
    } finally {
      ended = true;
    }
  }
  const result = await runAgent(parts(endless), run);
  assert.ok(result.kind === "answered");
  assert.deepEqual([result.text.length, result.stopReason, ended], [1_000_000, "length", true]);
});

test("a model that asks for more patience than a person has is not waited for", async () => {
  const { ContinuoError } = await import("../domain/errors.ts");
  let asked = 0;
  const pauses: number[] = [];
  // oxlint-disable-next-line require-yield
  async function* busy(): AsyncGenerator<ModelEvent> {
    asked++;
    throw new ContinuoError("MODEL_UNAVAILABLE", "later", { retryAfterMs: 3_600_000 });
  }
  const result = await runAgent({ ...parts(busy), pause: async (ms) => void pauses.push(ms) }, run);
  assert.deepEqual([result.kind, asked, pauses], ["failed", 1, []]);
});
