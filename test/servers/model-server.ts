/**
 * A model server for tests and benchmarks: OpenAI's chat completions, streamed, on loopback.
 * By itself (`node test/servers/model-server.ts [text]`) it prints `{"port":…,"baseUrl":…}` and answers until it is ended.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";

export interface ChatBody {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly [name: string]: unknown;
}

export type Behaviour =
  /** `text` null or absent says the last user text again. `spread` writes word by word, letting others in between. */
  | { readonly kind: "reply"; readonly text?: string | null; readonly spread?: boolean }
  /** Answers with nothing at all until the client leaves. */
  | { readonly kind: "hang" }
  /** Says `first`, then waits for `until`, then says the rest. */
  | { readonly kind: "hold"; readonly until: Promise<void>; readonly first?: string; readonly text?: string | null }
  | { readonly kind: "fail"; readonly status: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>> }
  /** Says `text`, then breaks the connection. */
  | { readonly kind: "cut"; readonly text: string }
  /** Says `text` and ends politely, but without a finish reason. */
  | { readonly kind: "unfinished"; readonly text: string };

/** One for every request, a script that is used up one by one (then `reply`), or a choice made per request. */
export type Behaviours = Behaviour | readonly Behaviour[] | ((body: ChatBody, index: number) => Behaviour);

export interface ModelServerOptions {
  readonly behave?: Behaviours;
  /** Off for benchmarks, which would otherwise keep every body. */
  readonly record?: boolean;
  readonly port?: number;
}

export interface ModelServer {
  /** With `/v1`. */
  readonly baseUrl: string;
  requests(): readonly ChatBody[];
  /** The `authorization` header of each request, in order. */
  keys(): readonly (string | undefined)[];
  /** From the next request on. */
  behave(next: Behaviours): void;
  /** Requests that were begun and neither answered nor left by their client. */
  open(): number;
  /** Resolves when `open()` has become zero. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const STREAM_HEADERS = { "content-type": "text/event-stream", "cache-control": "no-cache" };
const DONE = "data: [DONE]\n\n";
const REPLY: Behaviour = { kind: "reply" };

function chunk(delta: object, finish: string | null): string {
  return `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"mock","choices":[{"index":0,"delta":${JSON.stringify(delta)},"finish_reason":${JSON.stringify(finish)}}]}\n\n`;
}

const OPENING = chunk({ role: "assistant", content: "" }, null);
const CLOSING = chunk({}, "stop");

function words(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

/** Four characters a token, as a stand-in that tests can work out. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map((part: { text?: string }) => part.text ?? "").join("") : "";
}

function lastUserText(body: ChatBody): string {
  return textOf(body.messages.findLast(({ role }) => role === "user")?.content);
}

function usageOf(body: ChatBody, text: string) {
  const prompt = body.messages.reduce((sum, { content }) => sum + countTokens(textOf(content)), 0);
  const completion = countTokens(text);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function ending(body: ChatBody, text: string): string {
  return `${CLOSING}data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"mock","choices":[],"usage":${JSON.stringify(usageOf(body, text))}}\n\n${DONE}`;
}

async function reply(body: ChatBody, response: ServerResponse, text: string, spread: boolean): Promise<void> {
  if (body.stream !== true) {
    response.writeHead(200, { "content-type": "application/json" });
    const choices = [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }];
    response.end(JSON.stringify({ id: "chatcmpl-1", object: "chat.completion", created: 1, model: body.model, choices, usage: usageOf(body, text) }));
    return;
  }
  response.writeHead(200, STREAM_HEADERS);
  const deltas = words(text).map((content) => chunk({ content }, null));
  if (!spread) {
    response.end(OPENING + deltas.join("") + ending(body, text));
    return;
  }
  for (const delta of [OPENING, ...deltas]) {
    response.write(delta);
    await nextTurn();
  }
  response.end(ending(body, text));
}

async function act(behaviour: Behaviour, body: ChatBody, response: ServerResponse): Promise<void> {
  switch (behaviour.kind) {
    case "reply":
      return reply(body, response, behaviour.text ?? lastUserText(body), behaviour.spread ?? false);
    case "hang":
      return;
    case "fail": {
      response.writeHead(behaviour.status, { "content-type": "application/json", ...behaviour.headers });
      response.end(JSON.stringify({ error: { message: behaviour.message ?? `mock failure ${behaviour.status}`, type: "mock", code: null } }));
      return;
    }
    case "hold": {
      const first = behaviour.first ?? "";
      response.writeHead(200, STREAM_HEADERS);
      response.write(OPENING + chunk({ content: first }, null));
      await behaviour.until;
      if (response.destroyed) return;
      const text = behaviour.text ?? lastUserText(body);
      response.end(chunk({ content: text }, null) + ending(body, first + text));
      return;
    }
    case "cut": {
      response.writeHead(200, STREAM_HEADERS);
      await new Promise<void>((resolve) => response.write(OPENING + chunk({ content: behaviour.text }, null), () => resolve()));
      response.destroy();
      return;
    }
    case "unfinished": {
      response.writeHead(200, STREAM_HEADERS);
      response.end(OPENING + chunk({ content: behaviour.text }, null));
    }
  }
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => resolve(Buffer.concat(parts).toString()));
    request.on("error", reject);
  });
}

function createChoice(first: Behaviours) {
  let chosen = first;
  let script = 0;
  let count = 0;
  return {
    set(next: Behaviours): void {
      chosen = next;
      script = 0;
    },
    next(body: ChatBody): Behaviour {
      const index = count++;
      if (typeof chosen === "function") return chosen(body, index);
      return Array.isArray(chosen) ? ((chosen as readonly Behaviour[])[script++] ?? REPLY) : (chosen as Behaviour);
    },
  };
}

export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const choice = createChoice(options.behave ?? REPLY);
  const record = options.record ?? true;
  const bodies: ChatBody[] = [];
  const keys: (string | undefined)[] = [];
  let open = 0;
  let idle: PromiseWithResolvers<void> | null = null;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== "POST") {
      response.writeHead(200, { "content-type": "application/json" }).end('{"object":"list","data":[{"id":"mock","object":"model"}]}');
      return;
    }
    const body = JSON.parse(await readBody(request)) as ChatBody;
    if (record) {
      bodies.push(body);
      keys.push(request.headers.authorization);
    }
    await act(choice.next(body), body, response);
  };
  const server = createServer((request, response) => {
    open++;
    response.on("close", () => {
      if (--open > 0) return;
      idle?.resolve();
      idle = null;
    });
    // A client that leaves in the middle of its request is no failure of the server.
    answer(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests: () => bodies,
    keys: () => keys,
    behave: choice.set,
    open: () => open,
    idle() {
      if (open === 0) return Promise.resolve();
      idle ??= Promise.withResolvers<void>();
      return idle.promise;
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

if (import.meta.main) {
  const text = process.argv[2] ?? "This is the answer of the mock model.";
  const { baseUrl } = await startModelServer({ record: false, behave: { kind: "reply", text } });
  process.stdout.write(`${JSON.stringify({ port: Number(new URL(baseUrl).port), baseUrl })}\n`);
}
