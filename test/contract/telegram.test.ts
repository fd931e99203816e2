import assert from "node:assert/strict";
import { test } from "node:test";
import { createTelegramChannel } from "../../src/channels/telegram/index.ts";
import type { Address } from "../../src/domain/address.ts";
import type { Channel } from "../../src/domain/channel.ts";
import { isContinuoError } from "../../src/domain/errors.ts";
import { BLOCKED_FAULT, ENTITIES_FAULT, SERVER_FAULT, startTelegramServer, type Fault, type TelegramServer } from "../servers/telegram-server.ts";
import { channelContract, listen, type Listening } from "./channel-contract.ts";

const USER = 424242;
const GROUP = -1001234567890;

/** A pause that takes no time, but lets everything else go on. */
const noPause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function channelFor(server: TelegramServer, settings: object = {}, wait: (ms: number, signal: AbortSignal) => Promise<void> = noPause): Channel {
  return createTelegramChannel({ botToken: server.token, apiRoot: server.apiRoot, ...settings }, { random: () => 0.5, wait });
}

const SEND_FAULTS: Readonly<Record<"limited" | "refused" | "unreachable" | "broken", Fault>> = {
  limited: { kind: "limited", retryAfterS: 7 },
  refused: BLOCKED_FAULT,
  unreachable: { kind: "error", code: 502, description: "Bad Gateway" },
  broken: { kind: "lost" },
};

channelContract("telegram", async () => {
  const server = await startTelegramServer();
  let last = 0;
  return {
    channel: channelFor(server),
    limit: 4096,
    address: { channel: "telegram", account: "default", chat: String(USER), thread: null },
    async write(text) {
      last = (await server.injectMessage({ chat: USER, from: USER, text })).updateId;
    },
    async edit(text) {
      last = await server.injectEdit(last, text);
    },
    redeliver: async () => server.redeliver(last),
    acknowledged: () => server.calls("getUpdates").some((call) => Number(call.body["offset"] ?? 0) > last),
    shown: () => server.sent().map((message) => message.text),
    failSend: (fault) => server.fail("sendMessage", SEND_FAULTS[fault]),
    until: server.until,
    close: server.close,
  };
});

interface World {
  readonly server: TelegramServer;
  readonly listening: Listening;
  readonly channel: Channel;
}

function telegramTest(title: string, settings: object, run: (world: World) => Promise<void>): void {
  test(`telegram: ${title}`, async () => {
    const server = await startTelegramServer();
    const channel = channelFor(server, settings);
    try {
      await run({ server, channel, listening: listen() });
    } finally {
      await channel.stop();
      await server.close();
    }
  });
}

const at = (chat: number, thread: string | null = null): Address => ({ channel: "telegram", account: "default", chat: String(chat), thread });
const never = new AbortController().signal;

function send(channel: Channel, address: Address, text: string, replyTo: string | null = null): Promise<{ messageId: string }> {
  const part = channel.render(text)[0];
  assert.ok(part);
  return channel.send({ address, part, replyTo, nonce: "n" }, never);
}

telegramTest("a group message quotes what it answers, a direct one does not", {}, async ({ server, channel }) => {
  await send(channel, at(GROUP), "to all", `${server.botId}:${GROUP}:17`);
  await send(channel, at(USER), "to one", `${server.botId}:${USER}:18`);
  assert.deepEqual(server.sent().map((message) => message.replyTo), ["17", null]);
  const first = server.calls("sendMessage")[0]?.body;
  assert.deepEqual(first?.["reply_parameters"], { message_id: 17, allow_sending_without_reply: true });
  assert.deepEqual(first?.["link_preview_options"], { is_disabled: true });
});

telegramTest("a reply goes into its topic; the General topic is named for typing alone", {}, async ({ server, channel }) => {
  await server.injectMessage({ chat: GROUP, from: USER, text: "hi", threadId: 42 });
  await send(channel, at(GROUP, "42"), "in the topic");
  await send(channel, at(GROUP, "1"), "in General");
  await channel.typing?.show(at(GROUP, "1"));
  await channel.typing?.show(at(GROUP, "42"));
  assert.deepEqual(server.sent().map((message) => message.thread), ["42", null]);
  assert.deepEqual(server.calls("sendChatAction").map((call) => call.body["message_thread_id"]), [1, 42]);
});

telegramTest("markup that the platform refuses is sent again without it", {}, async ({ server, channel }) => {
  server.fail("sendMessage", ENTITIES_FAULT);
  await send(channel, at(USER), "**bold** & <i>raw</i>");
  assert.deepEqual(server.sent().map(({ raw, parseMode }) => ({ raw, parseMode })), [{ raw: "bold & <i>raw</i>", parseMode: null }]);
});

telegramTest("a sent message is edited, and an edit that changes nothing has succeeded", {}, async ({ server, channel }) => {
  const { messageId } = await send(channel, at(USER), "grow");
  const part = channel.render("growing **now**")[0];
  assert.ok(part && channel.edits);
  await channel.edits.edit(at(USER), messageId, part, never);
  server.fail("editMessageText", { kind: "error", code: 400, description: "Bad Request: message is not modified: specified new message content is the same" });
  await channel.edits.edit(at(USER), messageId, part, never);
  assert.deepEqual(server.edits().map((edit) => [edit.messageId, edit.text]), [[messageId, "growing now"]]);
  server.fail("editMessageText", { kind: "error", code: 400, description: "Bad Request: message to edit not found" });
  await assert.rejects(channel.edits.edit(at(USER), messageId, part, never), { code: "CHANNEL_REJECTED" });
});

telegramTest("streaming off leaves edits out", { streaming: "off" }, async ({ channel }) => {
  assert.equal(channel.edits, undefined);
});

telegramTest("a chat that was told to wait is not asked again before", {}, async ({ server, channel, listening }) => {
  await channel.start(listening.context);
  server.fail("sendMessage", { kind: "limited", retryAfterS: 7 });
  const waits = (error: unknown): boolean => isContinuoError(error) && error.code === "CHANNEL_UNAVAILABLE" && error.retryAfterMs === 7000;
  await assert.rejects(send(channel, at(USER), "a"), waits);
  await assert.rejects(send(channel, at(USER), "b"), waits);
  await send(channel, at(USER + 1), "another chat");
  assert.deepEqual(server.calls("sendMessage").map((call) => call.body["text"]), ["a", "another chat"]);
});

telegramTest("a server's error is tried again later", {}, async ({ server, channel }) => {
  server.fail("sendMessage", SERVER_FAULT);
  await assert.rejects(send(channel, at(USER), "a"), { code: "CHANNEL_UNAVAILABLE" });
});

telegramTest("a backlog of more than one page is heard whole and in order, with some of it handed out twice", {}, async ({ server, channel, listening }) => {
  const said = Array.from({ length: 130 }, (_, nth) => `word ${nth}`);
  const updates: number[] = [];
  for (const text of said) updates.push((await server.injectMessage({ chat: USER, from: USER, text })).updateId);
  for (const updateId of updates.slice(-9)) server.redeliver(updateId);
  await channel.start(listening.context);
  await server.until(() => server.calls("getUpdates").some((call) => Number(call.body["offset"] ?? 0) > Number(updates.at(-1))));
  assert.deepEqual([...new Set(listening.received.map(({ text }) => text))], said);
});

telegramTest("a group hears its mention, its topic and its command, and the name is taken off", {}, async ({ server, channel, listening }) => {
  await channel.start(listening.context);
  const own = await send(channel, at(GROUP), "I am here");
  await server.injectMessage({ chat: GROUP, from: USER, text: "just talking" });
  await server.injectMessage({ chat: GROUP, from: USER, text: `@${server.botUsername} what is up` });
  await server.injectMessage({ chat: GROUP, from: USER, text: `/new@${server.botUsername} topic` });
  await server.injectMessage({ chat: GROUP, from: USER, text: "and you?", replyTo: Number(own.messageId) });
  await server.injectMessage({ chat: { id: GROUP - 1, title: "Forum", isForum: true }, from: USER, text: "hello", threadId: 42 });
  await server.injectMessage({ chat: { id: GROUP - 1, title: "Forum", isForum: true }, from: USER, text: "hello" });
  await listening.arrived(6);
  const seen = listening.received.map(({ text, mentioned, address }) => [text, mentioned, address.thread]);
  const group = seen.slice(0, 4);
  assert.deepEqual(group, [["just talking", false, null], ["what is up", true, null], ["/new topic", true, null], ["and you?", true, null]]);
  assert.deepEqual(seen.slice(4), [["hello", false, "42"], ["hello", false, "1"]]);
  assert.equal(listening.received[4]?.place?.title, "Forum");
});

telegramTest("edits are asked for, deletions in business accounts are not: their messages are numbered elsewhere", {}, async ({ server, channel, listening }) => {
  await channel.start(listening.context);
  await server.until(() => server.calls("getUpdates").length > 0);
  assert.deepEqual(server.calls("getUpdates")[0]?.body["allowed_updates"], ["message", "channel_post", "edited_message", "edited_channel_post"]);
  const { updateId } = await server.injectMessage({ chat: GROUP, from: USER, text: "lunch?" });
  await listening.arrived(1);
  await server.injectEdit(updateId, `@${server.botUsername} lunch at one?`);
  await server.injectMessage({ chat: GROUP, from: USER, text: "hungry" });
  await listening.arrived(2);
  await listening.until(() => listening.amended.length === 1);
  const [change] = listening.amended;
  assert.ok(change?.kind === "edited");
  assert.deepEqual([change.message.text, change.message.messageId], ["lunch at one?", listening.received[0]?.messageId]);
});

telegramTest("P18 a connection that breaks is tried again, said so, and heals", {}, async ({ server, channel, listening }) => {
  server.fail("getUpdates", { kind: "drop" }, 2);
  server.fail("getUpdates", SERVER_FAULT);
  await channel.start(listening.context);
  await server.injectMessage({ chat: USER, from: USER, text: "through the storm" });
  await listening.arrived(1);
  await listening.until(() => listening.statuses.at(-1)?.state === "connected");
  assert.deepEqual([...new Set(listening.statuses.map((status) => status.state))], ["starting", "retrying", "connected"]);
});

test("telegram: P18 a connection that is open and says nothing is given up, said so, and heals", async () => {
  const server = await startTelegramServer();
  const channel = createTelegramChannel({ botToken: server.token, apiRoot: server.apiRoot }, { random: () => 0.5, wait: noPause, deadAfterMs: 200 });
  const listening = listen();
  server.fail("getUpdates", { kind: "hang" });
  try {
    await channel.start(listening.context);
    await listening.until(() => listening.statuses.at(-1)?.state === "connected");
    assert.deepEqual(listening.statuses.map((status) => status.state), ["starting", "retrying", "connected"]);
  } finally {
    await channel.stop();
    await server.close();
  }
});

telegramTest("another reader of the same bot is named, and waited out", {}, async ({ server, channel, listening }) => {
  server.fail("getUpdates", { kind: "error", code: 409, description: "Conflict: terminated by other getUpdates request" });
  await channel.start(listening.context);
  await listening.until(() => listening.statuses.at(-1)?.state === "connected");
  const retrying = listening.statuses.find((status) => status.state === "retrying");
  assert.match(retrying?.detail ?? "", /Something else reads this bot's messages/u);
});

test("telegram: a token that the platform does not know ends in failed, without a storm, and is said nowhere", async () => {
  const server = await startTelegramServer();
  const token = "700999999:BBwrong-token-that-must-not-leak_999";
  const channel = channelFor(server, { botToken: token });
  const listening = listen();
  server.fail("sendMessage", { kind: "error", code: 400, description: `Bad Request: ${token} is odd` });
  try {
    await channel.start(listening.context);
    await listening.until(() => listening.statuses.at(-1)?.state === "failed");
    assert.equal(server.calls().length, 1);
    assert.match(listening.statuses.at(-1)?.detail ?? "", /BotFather/u);
    const refused = await send(channel, at(USER), "a").catch((error: unknown) => error);
    assert.ok(isContinuoError(refused));
    const said = JSON.stringify([listening.statuses, listening.logged, refused.message, refused.fields, refused.stack, String(refused.cause)]);
    assert.ok(!said.includes(token));
  } finally {
    await channel.stop();
    await server.close();
  }
});

test("telegram: a network failure names no token either", async () => {
  const token = "700999999:BBwrong-token-that-must-not-leak_999";
  const pauses: number[] = [];
  const listening = listen();
  const settled = Promise.withResolvers<void>();
  const wait = async (ms: number): Promise<void> => {
    if (pauses.push(ms) === 8) settled.resolve();
    await noPause();
  };
  const channel = createTelegramChannel({ botToken: token, apiRoot: "http://127.0.0.1:9" }, { random: () => 0.999, wait });
  await channel.start(listening.context);
  await settled.promise;
  await channel.stop();
  assert.deepEqual(pauses.slice(0, 8).map((ms) => Math.round(ms / 1000)), [1, 2, 4, 8, 16, 30, 30, 30]);
  assert.ok(pauses.every((ms) => ms <= 30_000));
  const refused = await send(channel, at(USER), "a").catch((error: unknown) => error);
  assert.ok(isContinuoError(refused) && refused.code === "CHANNEL_UNAVAILABLE");
  assert.ok(!JSON.stringify([listening.statuses, listening.logged, refused.message, refused.stack]).includes(token));
});

test("telegram: a restart goes on where the last message was made durable, and a new bot begins anew", async () => {
  const server = await startTelegramServer();
  const cursors = new Map<string, string>();
  const first = listen(cursors);
  const channel = channelFor(server);
  await channel.start(first.context);
  const { updateId } = await server.injectMessage({ chat: USER, from: USER, text: "one" });
  await first.arrived(1);
  await first.until(() => cursors.size > 0);
  await channel.stop();
  const before = server.calls("getUpdates").length;
  const second = listen(cursors);
  const again = channelFor(server);
  await again.start(second.context);
  await server.until(() => server.calls("getUpdates").length > before);
  await again.stop();
  assert.equal(server.calls("getUpdates")[before]?.body["offset"], updateId + 1);

  const kept = JSON.parse(cursors.get("default/offset") ?? "{}") as { bot: number };
  const offsets: unknown[] = [];
  for (const stale of [JSON.stringify({ ...kept, bot: 1 }), JSON.stringify({ ...kept, at: 1 }), "not a place"]) {
    const third = channelFor(server);
    const count = server.calls("getUpdates").length;
    await third.start(listen(new Map([["default/offset", stale]])).context);
    await server.until(() => server.calls("getUpdates").length > count);
    await third.stop();
    offsets.push(server.calls("getUpdates")[count]?.body["offset"]);
  }
  assert.deepEqual(offsets, [undefined, undefined, undefined]);
  await server.close();
});

test("telegram: accounts are those with a token of their own that are not switched off", () => {
  const accounts = (settings: object): readonly string[] => createTelegramChannel(settings, { random: () => 0 }).accounts;
  assert.deepEqual(accounts({}), []);
  assert.deepEqual(accounts({ botToken: "1:a" }), ["default"]);
  assert.deepEqual(accounts({ enabled: false, botToken: "1:a" }), []);
  assert.deepEqual(accounts({ botToken: "1:a", accounts: { work: { botToken: "2:b" }, off: { botToken: "3:c", enabled: false }, empty: {} } }), ["default", "work"]);
  assert.deepEqual(accounts({ botToken: "1:a", accounts: { default: { dmPolicy: "open" } } }), ["default"]);
  assert.deepEqual(accounts(Object.freeze({ accounts: Object.freeze(Object.assign(Object.create(null), { work: { botToken: "2:b" } })) })), ["work"]);
});

const PAGES = [
  { place: "private", language: null, entries: [{ name: "new", description: "Start anew" }, { name: "dock-telegram", description: "Answers to telegram" }, { name: "Not One", description: "left out" }] },
  { place: "private", language: "zh", entries: [{ name: "new", description: "开始新对话" }] },
  { place: "group", language: null, entries: [{ name: "status", description: "Show" }] },
] as const;

telegramTest("the command menu is written by place and language, and only where it is another one", {}, async ({ server, channel }) => {
  await channel.menu?.offer("default", PAGES);
  const written = server.calls("setMyCommands").map(({ body }) => [body["scope"], body["language_code"], body["commands"]]);
  assert.deepEqual(written, [
    [{ type: "all_private_chats" }, undefined, [{ command: "new", description: "Start anew" }, { command: "dock_telegram", description: "Answers to telegram" }]],
    [{ type: "all_private_chats" }, "zh", [{ command: "new", description: "开始新对话" }]],
    [{ type: "all_group_chats" }, undefined, [{ command: "status", description: "Show" }]],
  ]);
  await channel.menu?.offer("default", PAGES);
  assert.equal(server.calls("setMyCommands").length, 3);
  await channel.menu?.offer("default", [{ ...PAGES[2], entries: [{ name: "stop", description: "Stop" }] }]);
  assert.equal(server.calls("setMyCommands").length, 4);
});

telegramTest("a menu that the platform refuses is an error that names no token", {}, async ({ server, channel }) => {
  server.fail("getMyCommands", SERVER_FAULT);
  await assert.rejects(async () => channel.menu?.offer("default", PAGES), (error) => isContinuoError(error) && error.code === "CHANNEL_UNAVAILABLE" && !error.message.includes(server.token));
});

telegramTest("the sender's language is what the platform says it is", {}, async ({ server, channel, listening }) => {
  await channel.start(listening.context);
  const from = { id: USER, is_bot: false, first_name: "Ada", language_code: "zh-hans" };
  await server.injectMessage({ chat: USER, from: USER, text: "hello", extra: { from } });
  await listening.arrived(1);
  assert.equal(listening.received[0]?.sender.language, "zh-hans");
});
