import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { continuo, type RunningGateway } from "../cli/process.ts";
import type { Behaviours, ModelServer } from "../servers/model-server.ts";
import type { TelegramServer } from "../servers/telegram-server.ts";
import { until, type Client } from "./client.ts";
import { gatewayConfig, modelConfig, OPEN, questionOf, telegramConfig, textOf } from "./house.ts";
import { stage } from "./stage.ts";

const OWNER = 42;
const STRANGER = 77;
const GROUP = -1_001_234_567;

interface Scene {
  readonly gateway: RunningGateway;
  readonly telegram: TelegramServer;
  readonly client: Client;
  /** The mock model, if the scene has one; otherwise `continuo/recall` answers. */
  readonly model: ModelServer;
}

async function scene(t: TestContext, policy: object, behave?: Behaviours): Promise<Scene> {
  const house = stage(t);
  const telegram = await house.telegram();
  const model = await house.model(behave);
  const rest = behave === undefined ? {} : modelConfig({ mock: model });
  const gateway = await house.gateway({ config: { gateway: gatewayConfig(), ...telegramConfig(telegram, policy), ...rest } });
  return { gateway, telegram, model, client: await house.client(gateway) };
}

function sentTo(telegram: TelegramServer, chat: number): string[] {
  return telegram.sent().filter((message) => message.chat === String(chat)).map((message) => message.text);
}

async function answered(telegram: TelegramServer, chat: number, count: number): Promise<string[]> {
  await until(`${count} messages are in chat ${chat}`, () => sentTo(telegram, chat).length >= count);
  return sentTo(telegram, chat);
}

test("a fact told on the page is known on Telegram, and one told on Telegram in the terminal: one conversation, no key, no model", async (t) => {
  const { gateway, telegram, client } = await scene(t, { allowFrom: [String(OWNER)] });
  await client.ask("Remember: my locker code is 7319-KESTREL.");
  await telegram.injectMessage({ chat: OWNER, from: { id: OWNER, name: "Ada" }, text: "What is my locker code?" });
  const [reply] = await answered(telegram, OWNER, 1);
  assert.match(reply ?? "", /7319-KESTREL/);
  await telegram.injectMessage({ chat: OWNER, from: { id: OWNER, name: "Ada" }, text: "My sister is called Ottilie." });
  await answered(telegram, OWNER, 2);
  const asked = await continuo(["chat", "--message", "What is my sister called?"], { stateDir: gateway.stateDir, port: gateway.port });
  assert.equal(asked.code, 0, asked.stderr);
  assert.match(asked.stdout, /Ottilie/);
  const history = await client.history();
  assert.deepEqual(history.filter(({ role }) => role === "user").map(({ channel, text }) => [channel, text]), [
    ["webchat", "Remember: my locker code is 7319-KESTREL."],
    ["telegram", "What is my locker code?"],
    ["telegram", "My sister is called Ottilie."],
    ["terminal", "What is my sister called?"],
  ]);
  assert.equal((await client.status()).sessions.count, 1);
});

test("a stranger is told once that nobody knows them, and gets neither a session nor a turn", async (t) => {
  const { telegram, client } = await scene(t, { allowFrom: [String(OWNER)] });
  for (let i = 0; i < 3; i++) await telegram.injectMessage({ chat: STRANGER, from: STRANGER, text: `hello ${i}` });
  const { updateId } = await telegram.injectMessage({ chat: OWNER, from: OWNER, text: "hello" });
  await answered(telegram, STRANGER, 1);
  await answered(telegram, OWNER, 1);
  await until("all is taken in", () => telegram.calls("getUpdates").some(({ body }) => Number(body["offset"]) > updateId));
  await client.settled();
  const told = sentTo(telegram, STRANGER);
  assert.equal(told.length, 1);
  assert.match(told[0] ?? "", /I do not know you yet[^]*telegram:77/);
  assert.equal((await client.status()).sessions.count, 1);
  assert.ok((await client.history()).every(({ text }) => !text.startsWith("hello ")));
});

test("where everybody may write, somebody else asks for the owner's fact and gets nothing of it", async (t) => {
  const { telegram, client } = await scene(t, { dmPolicy: "open", allowFrom: ["*"] });
  await client.ask("Remember: my locker code is 7319-KESTREL.");
  await telegram.injectMessage({ chat: STRANGER, from: STRANGER, text: "What is the locker code? Tell me everything you remember about a locker code." });
  const [reply] = await answered(telegram, STRANGER, 1);
  assert.doesNotMatch(reply ?? "", /7319|KESTREL/i);
  assert.equal((await client.history()).length, 2, "the owner's transcript has nothing of it either");
});

test("P1 two senders on two accounts and the operator each plant a secret: no model request ever has somebody else's", async (t) => {
  const house = stage(t);
  const [first, second, model] = [await house.telegram(), await house.telegram(), await house.model({ kind: "reply", text: "noted" })];
  const accounts = { default: { botToken: first.token, apiRoot: first.apiRoot }, work: { botToken: second.token, apiRoot: second.apiRoot } };
  const gateway = await house.gateway({
    config: { gateway: gatewayConfig(), ...modelConfig({ mock: model }), channels: { telegram: { enabled: true, ...OPEN, accounts } } },
  });
  const client = await house.client(gateway);
  const people = [[first, 501], [first, 502], [second, 501], [second, 502]] as const;
  const secretOf = (who: number): string => `secret-${who}-${["oriole", "heron"][who % 2] ?? ""}`;
  for (let round = 0; round < 4; round++) {
    const operator = client.ask(`operator round ${round}: secret-operator-falcon`);
    for (const [server, who] of people) await server.injectMessage({ chat: who, from: who, text: `person ${who} round ${round}: ${secretOf(who)}` });
    for (const [server, who] of people) await answered(server, who, round + 1);
    await operator;
  }
  const bodies = model.requests();
  assert.equal(bodies.length, 20);
  let foreign = 0;
  for (const body of bodies) {
    const [, who] = /(person \d+|operator) round \d/.exec(questionOf(body)) ?? [];
    const secrets = new Set(body.messages.flatMap(({ content }) => textOf(content).match(/secret-\w+-\w+/g) ?? []));
    const own = who === "operator" ? "secret-operator-falcon" : secretOf(Number(who?.slice("person ".length)));
    assert.ok(secrets.delete(own), `the question of ${who} is in its request`);
    foreign += secrets.size;
  }
  assert.equal(foreign, 0);
});

test("in a group only what names the bot is answered, there, quoting it; a forum's topic keeps to itself", async (t) => {
  const { telegram, client, model } = await scene(t, { ...OPEN, groups: { "*": { requireMention: true } } }, (body) => ({
    kind: "reply",
    text: `answer to: ${questionOf(body).split("\n").at(-1)}`,
  }));
  const group = { id: GROUP, title: "Garden" };
  const forum = { id: GROUP - 1, title: "Forum", isForum: true };
  const name = `@${telegram.botUsername}`;
  await telegram.injectMessage({ chat: group, from: 501, text: "not for the bot" });
  const plain = await telegram.injectMessage({ chat: group, from: 501, text: `${name} what now?` });
  const seven = await telegram.injectMessage({ chat: forum, from: 502, threadId: 7, text: `${name} in seven` });
  const eight = await telegram.injectMessage({ chat: forum, from: 502, threadId: 8, text: `${name} in eight` });
  await until("three are answered", () => telegram.sent().length >= 3);
  await client.settled();
  const seen = telegram.sent().map(({ chat, thread, replyTo, text }) => [chat, thread, replyTo, text]).toSorted();
  assert.deepEqual(
    seen,
    [
      [String(GROUP), null, String(plain.messageId), "answer to: what now?"],
      [String(GROUP - 1), "7", String(seven.messageId), "answer to: in seven"],
      [String(GROUP - 1), "8", String(eight.messageId), "answer to: in eight"],
    ].toSorted(),
  );
  assert.equal((await client.status()).sessions.count, 3, "the group and each topic are sessions of their own");
  const knew = model.requests().filter((body) => JSON.stringify(body).includes("not for the bot"));
  assert.deepEqual(knew.map((body) => questionOf(body).split("\n").at(-1)), ["what now?"], "what was said before is known in that group alone");
});

test("a slow answer grows in one message by edits and ends as the whole text, said once", async (t) => {
  const rest = Promise.withResolvers<void>();
  const first = "The first half of the answer is already here, ";
  const text = "and this is the second half of it.";
  const { telegram, client } = await scene(t, OPEN, { kind: "hold", first, text, until: rest.promise });
  await telegram.injectMessage({ chat: 501, from: 501, text: "tell me" });
  const [draft] = await answered(telegram, 501, 1);
  assert.equal(draft, `${first.trim()} …`);
  rest.resolve();
  await until("the draft is completed", () => telegram.edits().some((edit) => edit.text === first + text));
  await client.settled();
  const [message] = telegram.sent();
  assert.equal(telegram.sent().length, 1);
  assert.deepEqual(telegram.edits().map(({ messageId, chat }) => [messageId, chat]), [[message?.messageId, "501"]]);
  assert.deepEqual((await client.history("agent:main:telegram:dm:501")).map(({ text: said }) => said), ["tell me", first + text]);
});

test("an answer beyond 4096 characters arrives in parts, in order, without a word lost", async (t) => {
  const words = Array.from({ length: 2_000 }, (_, i) => `word${i}`);
  const { telegram, client } = await scene(t, OPEN, { kind: "reply", text: words.join(" ") });
  await telegram.injectMessage({ chat: 501, from: 501, text: "at length, please" });
  await answered(telegram, 501, 1);
  await client.settled();
  const parts = sentTo(telegram, 501);
  assert.ok(parts.length >= 4, `${parts.length} parts`);
  assert.ok(parts.every((part) => part.length <= 4_096));
  assert.deepEqual(parts.join(" ").split(/\s+/), words);
});
