/**
 * A Telegram Bot API for tests: the ready-made server of @openclaw/crabline behind a proxy of our own on loopback.
 *
 * The proxy injects faults, keeps a record, and adds what the server leaves out of an update: entities (found in the
 * text, as the platform finds them), `reply_to_message`, `is_topic_message` and whatever a test puts in `extra`.
 * It answers a wrong token as the platform does (the server has a bare 404), and `sendChatAction` to a chat's General topic, which the server takes for an invalid one.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTelegramServer as startCrabline } from "@openclaw/crabline";
import { createTelegramFiles, type TelegramFiles } from "./telegram-files.ts";

const TEST_BOT_USERNAME = "continuo_test_bot";
const TEST_BOT_ID = 700_123_456;

/** Each server's own: a gateway of another test that still asks at this port, after its own server went, is turned away. */
function newToken(): string {
  return `${TEST_BOT_ID}:AAtest-token-that-must-not-leak_${randomBytes(4).toString("hex").slice(0, 7)}`;
}

type Json = Record<string, unknown>;

export type Fault =
  | { readonly kind: "limited"; readonly retryAfterS: number }
  | { readonly kind: "error"; readonly code: number; readonly description: string }
  /** The connection ends before the call has any effect. */
  | { readonly kind: "drop" }
  /** The connection stays, and no answer ever comes. */
  | { readonly kind: "hang" }
  /** The call has its effect, and the connection ends before the answer. */
  | { readonly kind: "lost" };

export const ENTITIES_FAULT: Fault = { kind: "error", code: 400, description: "Bad Request: can't parse entities: Unsupported start tag" };
export const BLOCKED_FAULT: Fault = { kind: "error", code: 403, description: "Forbidden: bot was blocked by the user" };
export const SERVER_FAULT: Fault = { kind: "error", code: 500, description: "Internal Server Error" };

export interface InjectedMessage {
  /** A positive id is a private chat, `-100…` a supergroup, another negative one a group. */
  readonly chat: number | { readonly id: number; readonly title?: string; readonly isForum?: boolean };
  readonly from: number | { readonly id: number; readonly name?: string; readonly username?: string };
  readonly text: string;
  readonly threadId?: number;
  /** The number of a message of the bot's that this one answers. */
  readonly replyTo?: number;
  /** Put over the fields of the platform's message. */
  readonly extra?: Json;
}

export interface SentMessage {
  readonly messageId: string;
  readonly chat: string;
  readonly thread: string | null;
  /** What a reader sees: without markup. */
  readonly text: string;
  /** As it was sent, markup and all. */
  readonly raw: string;
  readonly parseMode: string | null;
  readonly replyTo: string | null;
}

export interface ApiCall {
  readonly method: string;
  readonly body: Json;
}

export interface TelegramServer {
  readonly apiRoot: string;
  readonly token: string;
  readonly botUsername: string;
  readonly botId: number;
  /** Puts a message where `getUpdates` finds it; resolves to its numbers. */
  injectMessage(message: InjectedMessage): Promise<{ updateId: number; messageId: number }>;
  /** Has the sender of a message that has arrived change it; resolves to the number of the update that says so. */
  injectEdit(updateId: number, text: string): Promise<number>;
  /** Keeps bytes where `getFile` finds them; resolves to the id of the file. `tooBig`: the platform gives none so large. */
  addFile(bytes: Uint8Array, tooBig?: boolean): string;
  /** Delivers an update once more, as after a lost acknowledgement. */
  redeliver(updateId: number): void;
  sent(): readonly SentMessage[];
  edits(): readonly SentMessage[];
  /** Every call, in order, the failed ones too. */
  calls(method?: string): readonly ApiCall[];
  /** The next `times` calls of the method meet the fault. */
  fail(method: string, fault: Fault, times?: number): void;
  /** No call meets any of those that are left. */
  calm(): void;
  /** Resolves when `check` holds; it is asked again at the beginning and the end of every call. */
  until(check: () => boolean): Promise<void>;
  close(): Promise<void>;
}

function visibleText(raw: string, parseMode: unknown): string {
  if (parseMode !== "HTML") return raw;
  const names: Json = { lt: "<", gt: ">", quot: '"', amp: "&" };
  return raw.replace(/<[^>]*>/gu, "").replace(/&(lt|gt|quot|amp);/gu, (_, name: string) => String(names[name]));
}

/** Mentions and commands, found as the platform finds them. */
function entitiesOf(text: string): Json[] {
  const found: Json[] = [];
  for (const match of text.matchAll(/(?<![\w@])@\w{4,32}/gu)) found.push({ type: "mention", offset: match.index, length: match[0].length });
  for (const match of text.matchAll(/(?<=^|\s)\/\w{1,32}(?:@\w{4,32})?/gu)) found.push({ type: "bot_command", offset: match.index, length: match[0].length });
  return found;
}

async function readJson(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? {} : (JSON.parse(text) as Json);
}

function answer(response: ServerResponse, body: Json): void {
  const status = typeof body["error_code"] === "number" ? body["error_code"] : 200;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

interface Desk {
  readonly upstream: string;
  readonly token: string;
  readonly calls: ApiCall[];
  readonly files: TelegramFiles;
  readonly sent: SentMessage[];
  readonly edits: SentMessage[];
  readonly faults: Map<string, Fault[]>;
  /** Resolves when the ready-made server has said what it made of the message. */
  readonly updates: Map<number, Promise<Json>>;
  /** The command menus, by scope and language. */
  readonly menus: Map<string, unknown>;
  readonly again: number[];
  readonly waiting: Set<() => void>;
  /** Ends the long poll under way, so that a redelivery does not wait for it. */
  endPoll: (() => void) | null;
}

function wakeAll(desk: Desk): void {
  for (const check of desk.waiting) check();
}

function recordText(desk: Desk, method: string, body: Json, result: Json): void {
  if (method !== "sendMessage" && method !== "editMessageText") return;
  const reply = body["reply_parameters"] as Json | undefined;
  const raw = String(body["text"]);
  const message: SentMessage = {
    messageId: String(result["message_id"]),
    chat: String(body["chat_id"]),
    thread: body["message_thread_id"] === undefined ? null : String(body["message_thread_id"]),
    text: visibleText(raw, body["parse_mode"]),
    raw,
    parseMode: body["parse_mode"] === undefined ? null : String(body["parse_mode"]),
    replyTo: reply === undefined ? null : String(reply["message_id"]),
  };
  (method === "sendMessage" ? desk.sent : desk.edits).push(message);
}

async function forward(desk: Desk, path: string, body: Json, signal: AbortSignal | null = null): Promise<Json> {
  const response = await fetch(desk.upstream + path, {
    method: "POST",
    headers: { "content-type": "application/json", connection: "close" },
    body: JSON.stringify(body),
    signal,
  });
  return (await response.json()) as Json;
}

/** So many updates the platform hands out at once. */
const PAGE = 100;

async function forwardPoll(desk: Desk, path: string, body: Json, signal: AbortSignal): Promise<Json> {
  const ended = new AbortController();
  desk.endPoll = () => ended.abort();
  const quick = desk.again.length > 0 ? { ...body, timeout: 0 } : body;
  const found = await forward(desk, path, quick, AbortSignal.any([signal, ended.signal])).catch((error: unknown): null => {
    if (ended.signal.aborted) return null;
    throw error;
  });
  const result = found ?? (await forward(desk, path, { ...body, timeout: 0 }, signal));
  desk.endPoll = null;
  if (result["ok"] !== true) return result;
  const unconfirmed = (result["result"] as { update_id: number }[]).map((update) => update.update_id);
  // What is redelivered comes among what was never confirmed, and never instead of it: what lies behind a full page waits.
  const last = unconfirmed.length < PAGE ? Infinity : (unconfirmed.at(-1) ?? Infinity);
  const repeated = desk.again.splice(0);
  desk.again.push(...repeated.filter((id) => id > last));
  const ids = [...new Set([...repeated.filter((id) => id <= last), ...unconfirmed])].toSorted((a, b) => a - b);
  return { ok: true, result: await Promise.all(ids.flatMap((id) => desk.updates.get(id) ?? [])) };
}

/** The ready-made server knows no command menus. */
function menuCall(desk: Desk, method: string, { scope, language_code: language, commands }: Json): unknown {
  const place = JSON.stringify([scope ?? null, language ?? null]);
  if (method === "getMyCommands") return desk.menus.get(place) ?? [];
  desk.menus.set(place, commands);
  return true;
}

async function serve(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? "";
  const method = path.slice(path.lastIndexOf("/") + 1);
  const body = await readJson(request);
  desk.calls.push({ method, body });
  wakeAll(desk);
  const fault = desk.faults.get(method)?.shift();
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    if (fault?.kind === "drop") return void request.socket.destroy();
    if (fault?.kind === "hang") return;
    if (fault?.kind === "limited") {
      const description = `Too Many Requests: retry after ${fault.retryAfterS}`;
      return answer(response, { ok: false, error_code: 429, description, parameters: { retry_after: fault.retryAfterS } });
    }
    if (fault?.kind === "error") return answer(response, { ok: false, error_code: fault.code, description: fault.description });
    if (desk.files.serve(path, body, response)) return;
    if (path !== `/bot${desk.token}/${method}`) return answer(response, { ok: false, error_code: 401, description: "Unauthorized" });
    if (method === "getMyCommands" || method === "setMyCommands") return answer(response, { ok: true, result: menuCall(desk, method, body) });
    if (method === "sendChatAction" && body["message_thread_id"] === 1) return answer(response, { ok: true, result: true });
    const poll = method === "getUpdates";
    // What has arrived here has its effect, whether or not whoever asked is still there.
    const result = await (poll ? forwardPoll(desk, path, body, gone.signal) : forward(desk, path, body));
    if (result["ok"] === true && !poll) recordText(desk, method, body, result["result"] as Json);
    if (fault?.kind === "lost") request.socket.destroy();
    else answer(response, result);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    wakeAll(desk);
  }
}

/** The fields that the ready-made server leaves out. */
function completed(message: InjectedMessage, update: { update_id: number; message: Json }): Json {
  const chat = typeof message.chat === "number" ? { id: message.chat } : message.chat;
  const known = update.message["chat"] as Json;
  const topic = message.threadId === undefined ? {} : { message_thread_id: message.threadId, is_topic_message: true };
  const from = { id: TEST_BOT_ID, is_bot: true, first_name: "Continuo", username: TEST_BOT_USERNAME };
  const reply = message.replyTo === undefined ? {} : { reply_to_message: { message_id: message.replyTo, date: 1, chat: known, from, text: "earlier" } };
  const title = chat.id < 0 ? { title: ("title" in chat ? chat.title : undefined) ?? "Test group" } : {};
  const entities = entitiesOf(message.text);
  return {
    ...update,
    message: {
      ...update.message,
      chat: { ...known, ...title },
      ...(entities.length > 0 ? { entities } : {}),
      ...topic,
      ...reply,
      ...message.extra,
    },
  };
}

function injector(desk: Desk, adminUrl: string, adminToken: string): TelegramServer["injectMessage"] {
  // One after the other, as the platform numbers them.
  let last: Promise<unknown> = Promise.resolve();
  return (message) => {
    const mine = last.then(() => inject(desk, adminUrl, adminToken, message));
    last = mine.catch(() => undefined);
    return mine;
  };
}

/** The ready-made server knows no edits: this one hands them out itself. */
function editor(desk: Desk): TelegramServer["injectEdit"] {
  return async (updateId, text) => {
    const { message } = ((await desk.updates.get(updateId)) ?? {}) as { message?: Json };
    if (!message) throw new Error(`there is no message in the update ${updateId}`);
    const { entities: _, ...kept } = message;
    const entities = entitiesOf(text);
    const update_id = 1 + Math.max(...desk.updates.keys());
    const edited = { ...kept, text, edit_date: Number(message["date"]) + 60, ...(entities.length > 0 ? { entities } : {}) };
    desk.updates.set(update_id, Promise.resolve({ update_id, edited_message: edited }));
    desk.again.push(update_id);
    desk.endPoll?.();
    return update_id;
  };
}

async function inject(desk: Desk, adminUrl: string, adminToken: string, message: InjectedMessage): ReturnType<TelegramServer["injectMessage"]> {
  const chat = typeof message.chat === "number" ? { id: message.chat } : message.chat;
  const from = typeof message.from === "number" ? { id: message.from } : message.from;
  const forum = message.threadId !== undefined || ("isForum" in chat && chat.isForum === true);
  const body = {
    chatId: String(chat.id),
    text: message.text,
    fromId: from.id,
    ...("name" in from && from.name !== undefined ? { fromName: from.name } : {}),
    ...("username" in from && from.username !== undefined ? { fromUsername: from.username } : {}),
    ...(forum ? { isForum: true, chatType: "supergroup" } : {}),
    ...(message.threadId === undefined ? {} : { messageThreadId: message.threadId }),
    // The server hands an update to a waiting poll at once: its number has to be known before.
    updateId: 1 + Math.max(1000, ...desk.updates.keys()),
  };
  const asked = ask(adminUrl, adminToken, body);
  desk.updates.set(body.updateId, asked.then((update) => completed(message, update)));
  const update = await asked;
  return { updateId: update.update_id, messageId: Number(update.message["message_id"]) };
}

async function ask(adminUrl: string, adminToken: string, body: Json): Promise<{ update_id: number; message: Json }> {
  const response = await fetch(adminUrl, {
    method: "POST",
    headers: { "content-type": "application/json", "x-crabline-admin-token": adminToken, connection: "close" },
    body: JSON.stringify(body),
  });
  const result = (await response.json()) as { update?: { update_id: number; message: Json }; description?: string };
  if (!result.update) throw new Error(`the test server refused a message: ${result.description ?? response.status}`);
  return result.update;
}

function waiter(desk: Desk): TelegramServer["until"] {
  return (check) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        try {
          if (!check()) return;
          resolve();
        } catch (error) {
          reject(error);
        }
        desk.waiting.delete(look);
      };
      desk.waiting.add(look);
      look();
    });
}

export async function startTelegramServer(): Promise<TelegramServer> {
  const directory = await mkdtemp(join(tmpdir(), "continuo-telegram-"));
  const token = newToken();
  const crabline = await startCrabline({
    botId: TEST_BOT_ID,
    botToken: token,
    botUsername: TEST_BOT_USERNAME,
    port: 0,
    recorderPath: join(directory, "record.jsonl"),
  });
  const { endpoints, adminToken } = crabline.manifest;
  const desk: Desk = {
    upstream: new URL(endpoints.apiRoot).origin,
    token,
    calls: [],
    files: createTelegramFiles(token),
    sent: [],
    edits: [],
    faults: new Map(),
    updates: new Map(),
    menus: new Map(),
    again: [],
    waiting: new Set(),
    endPoll: null,
  };
  const proxy = createServer((request, response) => {
    serve(desk, request, response).catch(() => response.destroy());
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    apiRoot: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    token,
    botUsername: TEST_BOT_USERNAME,
    botId: TEST_BOT_ID,
    injectMessage: injector(desk, endpoints.adminInboundUrl, adminToken),
    injectEdit: editor(desk),
    addFile: desk.files.add,
    redeliver(updateId) {
      desk.again.push(updateId);
      desk.endPoll?.();
    },
    sent: () => [...desk.sent],
    edits: () => [...desk.edits],
    calls: (method) => desk.calls.filter((call) => method === undefined || call.method === method),
    fail(method, fault, times = 1) {
      desk.faults.set(method, [...(desk.faults.get(method) ?? []), ...Array.from({ length: times }, () => fault)]);
    },
    calm: () => desk.faults.clear(),
    until: waiter(desk),
    async close() {
      proxy.closeAllConnections();
      proxy.close();
      await crabline.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
