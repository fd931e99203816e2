import assert from "node:assert/strict";
import { test } from "node:test";
import { startModelServer } from "../../../test/servers/model-server.ts";
import { parseConfig } from "../../config/index.ts";
import type { ModelEvent } from "./provider.ts";
import { createProviders, type Providers } from "./registry.ts";

type Env = Readonly<Record<string, string>>;

function providers(models: object = {}, env: Env = {}): Providers {
  const { config } = parse({ models: { providers: models } });
  return createProviders(config, (name) => env[name]);
}

function parse(source: object) {
  return parseConfig(source, "continuo.json5");
}

const LOCAL = { baseUrl: "http://127.0.0.1:11434/v1", models: [{ id: "llama-3.1-8b", name: "Llama", contextWindow: 128_000 }] };

test("without any setting there is continuo/recall alone", () => {
  const all = providers();
  assert.deepEqual(all.listModels().map(({ provider, id }) => `${provider}/${id}`), ["continuo/recall"]);
  const { provider, model, info } = all.resolveModel("continuo/recall");
  assert.deepEqual([provider.id, model, info.contextWindow], ["continuo", "recall", 200_000]);
});

test("a model's id may hold slashes and need not be listed", () => {
  const { model, info, provider } = providers({ local: LOCAL }).resolveModel("local/org/some-model:7b");
  assert.deepEqual([provider.id, model, info], ["local", "org/some-model:7b", { id: "org/some-model:7b", name: "org/some-model:7b", contextWindow: 200_000 }]);
});

test("the configuration's names and windows are used", () => {
  const all = providers({ local: LOCAL });
  assert.deepEqual(all.resolveModel("local/llama-3.1-8b").info, { id: "llama-3.1-8b", name: "Llama", contextWindow: 128_000 });
  assert.ok(all.listModels().some(({ provider, id }) => provider === "local" && id === "llama-3.1-8b"));
});

for (const ref of ["nobody/model", "recall", "", "/model", "continuo/", "continuo/other", "constructor/x", "__proto__/x"]) {
  test(`"${ref}" is MODEL_UNKNOWN`, () => {
    assert.throws(() => providers().resolveModel(ref), { code: "MODEL_UNKNOWN" });
  });
}

const KEYS: readonly (readonly [provider: string, variable: string])[] = [
  ["anthropic", "ANTHROPIC_API_KEY"],
  ["openai", "OPENAI_API_KEY"],
  ["google", "GOOGLE_API_KEY"],
  ["google", "GEMINI_API_KEY"],
  ["google", "GOOGLE_GENERATIVE_AI_API_KEY"],
  ["openrouter", "OPENROUTER_API_KEY"],
];

for (const [provider, variable] of KEYS) {
  test(`${provider} takes its key from ${variable} or the configuration, and is MODEL_KEY_MISSING without`, () => {
    assert.throws(() => providers().resolveModel(`${provider}/m`), { code: "MODEL_KEY_MISSING" });
    assert.throws(() => providers({}, { [variable]: " " }).resolveModel(`${provider}/m`), { code: "MODEL_KEY_MISSING" });
    assert.equal(providers({}, { [variable]: "k" }).resolveModel(`${provider}/m`).provider.id, provider);
    assert.equal(providers({ [provider]: { apiKey: "k" } }).resolveModel(`${provider}/m`).provider.id, provider);
  });
}

test("a vendor's models are listed when there is a key", () => {
  const listed = (env: Env) => providers({}, env).listModels().filter(({ provider }) => provider === "anthropic").length;
  assert.equal(listed({}), 0);
  assert.ok(listed({ ANTHROPIC_API_KEY: "k" }) > 3);
});

test("a protocol that is not spoken, or a server without an address, is told when its model is used", () => {
  const all = providers({ bedrock: { baseUrl: "https://b.example", api: "bedrock-converse-stream" }, lost: {} });
  assert.throws(() => all.resolveModel("bedrock/m"), { code: "MODEL_UNKNOWN", message: /bedrock-converse-stream/ });
  assert.throws(() => all.resolveModel("lost/m"), { code: "MODEL_UNKNOWN", message: /models\.providers\.lost has no baseUrl/ });
  assert.equal(all.resolveModel("continuo/recall").model, "recall");
});

test("models.providers.continuo cannot take the place of recall", () => {
  assert.equal(providers({ continuo: LOCAL }).resolveModel("continuo/recall").info.contextWindow, 200_000);
});

async function sayHello(all: Providers, ref: string): Promise<string> {
  const { provider, model } = all.resolveModel(ref);
  const message = { role: "user" as const, text: "hello", at: 0, senderName: null, senderId: "owner", address: { channel: "webchat", account: "default", chat: "operator", thread: null } };
  let text = "";
  const events: AsyncIterable<ModelEvent> = provider.stream({ model, system: "", messages: [message], shared: false, maxOutputTokens: null }, new AbortController().signal);
  for await (const event of events) if (event.kind === "text") text += event.delta;
  return text;
}

test("an entry with a built-in's name changes where it answers; headers, key and limits go along", async () => {
  const server = await startModelServer();
  try {
    const root = server.baseUrl.slice(0, -"/v1".length);
    for (const baseUrl of [root, server.baseUrl, `${server.baseUrl}/`]) {
      const all = providers({ openai: { baseUrl, apiKey: "sk-own", models: [{ id: "gpt-x", maxTokens: 99 }] } }, { OPENAI_API_KEY: "sk-env" });
      assert.equal(await sayHello(all, "openai/gpt-x"), "hello");
      assert.equal(server.requests().at(-1)?.["max_tokens"], 99);
      assert.equal(server.keys().at(-1), "Bearer sk-own");
      assert.deepEqual(all.listModels().filter(({ provider }) => provider === "openai").map(({ id }) => id), ["gpt-x"]);
    }
  } finally {
    await server.close();
  }
});

test("no key stands in an error of the registry", () => {
  const all = providers({ openai: { apiKey: "sk-secret-1", api: "nonsense" } }, { ANTHROPIC_API_KEY: "sk-secret-2" });
  for (const ref of ["openai/x", "nobody/x", "google/x"]) {
    assert.throws(() => all.resolveModel(ref), (error: Error) => !`${error.message}${JSON.stringify(error)}`.includes("sk-secret"));
  }
});
