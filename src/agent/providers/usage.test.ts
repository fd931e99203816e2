import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { contextOf, type Usage } from "../../domain/usage.ts";
import { createSdkProvider } from "./sdk.ts";
import type { Protocol } from "./vendors.ts";

type Event = readonly [name: string | null, data: object];

/** What a vendor's server streams, said by nobody but the test. */
async function served<T>(events: readonly Event[], done: string, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(events.map(([name, data]) => `${name === null ? "" : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`).join("") + done);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const named = (data: { readonly type: string }): Event => [data.type, data];

function anthropic(usage: object | null, output: object | null): Event[] {
  const message = { id: "m1", type: "message", role: "assistant", model: "m", content: [], stop_reason: null, ...(usage === null ? {} : { usage }) };
  return [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "hi" } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, ...(output === null ? {} : { usage: output }) },
    { type: "message_stop" },
  ].map(named);
}

function completions(usage: object | null): Event[] {
  const chunk = (more: object): Event => [null, { id: "c", object: "chat.completion.chunk", created: 1, model: "m", ...more }];
  const said = chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "hi" }, finish_reason: null }] });
  const end = chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  return usage === null ? [said, end] : [said, end, chunk({ choices: [], usage })];
}

function responses(usage: object): Event[] {
  const item = { type: "message", id: "i1", role: "assistant" };
  return [
    { type: "response.created", response: { id: "r", created_at: 1, model: "m" } },
    { type: "response.output_item.added", output_index: 0, item: { ...item, status: "in_progress", content: [] } },
    { type: "response.output_text.delta", item_id: "i1", output_index: 0, content_index: 0, delta: "hi" },
    { type: "response.output_item.done", output_index: 0, item: { ...item, status: "completed", content: [{ type: "output_text", text: "hi", annotations: [] }] } },
    { type: "response.completed", response: { id: "r", created_at: 1, model: "m", usage } },
  ].map(named);
}

function google(usageMetadata: object | null): Event[] {
  return [[null, { candidates: [{ content: { role: "model", parts: [{ text: "hi" }] }, finishReason: "STOP", index: 0 }], ...(usageMetadata === null ? {} : { usageMetadata }) }]];
}

const DONE = "data: [DONE]\n\n";

interface Row {
  readonly name: string;
  readonly protocol: Protocol;
  readonly path: string;
  readonly events: readonly Event[];
  readonly usage: Usage;
  /** The prompt as the vendor bills it: what is shown has to be within 5 % of it. */
  readonly prompt: number | null;
}

const ROWS: readonly Row[] = [
  {
    name: "Anthropic counts what a cache gave and took beside the input",
    ...{ protocol: "anthropic-messages", path: "/v1", events: anthropic({ input_tokens: 120, cache_creation_input_tokens: 2_000, cache_read_input_tokens: 30_000, output_tokens: 1 }, { output_tokens: 45 }) },
    ...{ usage: { input: 120, output: 45, cacheRead: 30_000, cacheWrite: 2_000 }, prompt: 32_120 },
  },
  {
    name: "OpenAI counts what a cache gave within the input",
    ...{ protocol: "openai-responses", path: "/v1", events: responses({ input_tokens: 32_120, input_tokens_details: { cached_tokens: 30_000 }, output_tokens: 45, output_tokens_details: { reasoning_tokens: 20 }, total_tokens: 32_165 }) },
    ...{ usage: { input: 2_120, output: 45, cacheRead: 30_000, cacheWrite: null }, prompt: 32_120 },
  },
  {
    name: "OpenAI's older interface as well",
    ...{ protocol: "openai-chat", path: "/v1", events: completions({ prompt_tokens: 32_120, completion_tokens: 45, total_tokens: 32_165, prompt_tokens_details: { cached_tokens: 30_000 } }) },
    ...{ usage: { input: 2_120, output: 45, cacheRead: 30_000, cacheWrite: null }, prompt: 32_120 },
  },
  {
    name: "and whoever speaks like it",
    ...{ protocol: "openai-completions", path: "/v1", events: completions({ prompt_tokens: 32_120, completion_tokens: 45, total_tokens: 32_165, prompt_tokens_details: { cached_tokens: 30_000 } }) },
    ...{ usage: { input: 2_120, output: 45, cacheRead: 30_000, cacheWrite: null }, prompt: 32_120 },
  },
  {
    name: "Google counts what a cache gave within the prompt, and its thoughts beside the answer",
    ...{ protocol: "google-generative-ai", path: "/v1beta", events: google({ promptTokenCount: 32_120, cachedContentTokenCount: 30_000, candidatesTokenCount: 25, thoughtsTokenCount: 20, totalTokenCount: 32_165 }) },
    ...{ usage: { input: 2_120, output: 45, cacheRead: 30_000, cacheWrite: null }, prompt: 32_120 },
  },
  {
    name: "a server that counts nothing",
    ...{ protocol: "openai-completions", path: "/v1", events: completions(null) },
    ...{ usage: { input: null, output: null, cacheRead: null, cacheWrite: null }, prompt: null },
  },
  {
    name: "Google without figures",
    ...{ protocol: "google-generative-ai", path: "/v1beta", events: google(null) },
    ...{ usage: { input: null, output: null, cacheRead: null, cacheWrite: null }, prompt: null },
  },
];

for (const { name, protocol, path, events, usage, prompt } of ROWS) {
  test(`P35 ${name} (${protocol})`, async () => {
    const told = await served(events, protocol.startsWith("openai") ? DONE : "", async (url) => {
      const endpoint = { id: "v", protocol, baseUrl: url + path, apiKey: "k", headers: {} };
      const provider = createSdkProvider({ endpoint, models: [], maxTokens: () => null });
      const address = { channel: "telegram", account: "default", chat: "1", thread: null };
      const asked = { model: "m", system: "s", messages: [{ role: "user", text: "q", at: 0, senderName: null, senderId: "owner", address } as const], shared: false, maxOutputTokens: null };
      for await (const event of provider.stream(asked, new AbortController().signal)) if (event.kind === "finish") return event.usage;
      return assert.fail("it did not finish");
    });
    assert.deepEqual(told, usage);
    assert.equal(contextOf(told), prompt);
  });
}
