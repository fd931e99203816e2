import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createProviders } from "./registry.ts";
import type { ContextMessage } from "./provider.ts";
import { createSdkProvider } from "./sdk.ts";
import type { Protocol } from "./vendors.ts";

const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const address = { channel: "telegram", account: "default", chat: "42", thread: null };

function said(text: string, images?: ContextMessage["images"]): ContextMessage {
  return { role: "user", text, at: 0, senderName: "Ann", senderId: "owner", address, ...(images === undefined ? {} : { images }) };
}

/** What a server is sent; it refuses everything. */
async function bodySent(protocol: Protocol, messages: readonly ContextMessage[]): Promise<string> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      bodies.push(Buffer.concat(parts).toString());
      response.writeHead(400, { "content-type": "application/json" }).end('{"error":{"message":"no","type":"mock"}}');
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const endpoint = { id: "test", protocol, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, apiKey: "k", headers: {} };
    const provider = createSdkProvider({ endpoint, models: [], maxTokens: () => null });
    const asked = provider.stream({ model: "m", system: "", messages, shared: false, maxOutputTokens: null }, new AbortController().signal);
    await assert.rejects(Array.fromAsync(asked));
  } finally {
    server.close();
    server.closeAllConnections();
  }
  return bodies[0] ?? "";
}

for (const protocol of ["openai-completions", "openai-chat", "openai-responses", "anthropic-messages", "google-generative-ai"] as const) {
  test(`${protocol}: an image goes behind the words that it came with`, async () => {
    const image = { type: "image/png", name: "cat.png", data: PIXEL };
    const body = await bodySent(protocol, [said("first words"), said("what is this?", [image]), said("last words")]);
    const places = ["first words", "what is this?", PIXEL.toString("base64"), "last words"].map((part) => body.indexOf(part));
    assert.ok(places.every((place, index) => place > (places[index - 1] ?? 0)), `${places.join(", ")} in ${body}`);
  });
}

test("who sees: the vendors' models, and those of which the configuration says so", () => {
  const env = (name: string): string | undefined => (name.endsWith("_KEY") ? "key" : undefined);
  const local = { baseUrl: "http://127.0.0.1:11434/v1", models: [{ id: "llava", input: ["text", "image"] }, { id: "llama" }] };
  const openai = { baseUrl: "http://127.0.0.1:1234/v1", models: [] };
  const all = createProviders({ models: { providers: { local, anthropic: { models: [{ id: "blind", input: ["text"] }] } } } } as never, env);
  const sees = (ref: string, from = all): boolean => from.resolveModel(ref).info.images !== undefined;
  assert.deepEqual(["local/llava", "local/llama", "local/other", "anthropic/claude-sonnet-4-5", "anthropic/blind", "google/newest", "groq/x", "continuo/recall"].map((ref) => sees(ref)), [true, false, false, true, false, true, false, false]);
  assert.equal(sees("openai/gpt-4o", createProviders({ models: { providers: { openai } } } as never, env)), false, "another server under a vendor's name");
});
