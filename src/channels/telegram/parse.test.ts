import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import type { InboundMessage } from "../../domain/message.ts";
import { chatOf, parseAmendment, parseUpdate, type Bot } from "./parse.ts";

const BOT: Bot = { id: 700123456, username: "continuo_test_bot" };
const FIXTURES = new URL("fixtures/", import.meta.url);

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), "utf8"));
}

function parsed(name: string): InboundMessage {
  const message = parseUpdate(fixture(name), "default", BOT);
  assert.ok(message, name);
  return message;
}

/** What each fixture becomes: chat kind, chat, thread, text, mentioned. */
const TABLE: readonly (readonly [string, string, string, string | null, string, boolean])[] = [
  ["dm", "dm", "424242", null, "Good morning", true],
  ["group", "group", "-4001234", null, "Who brings the cake?", false],
  ["topic", "group", "-1001234567890", "42", "The tiles came", false],
  ["general-topic", "group", "-1001234567890", "1", "Hello all", false],
  ["reply-to-bot", "group", "-4001234", null, "And where?", true],
  ["mention", "group", "-4001234", null, "what is the weather?", true],
  ["command", "group", "-4001234", null, "/new a fresh start", true],
  ["photo-caption", "group", "-4001234", null, "😀 @continuo_test_bot is this a beech?", true],
  ["photo", "dm", "424242", null, "[photo]", true],
  ["channel-post", "channel", "-1009876543210", null, "Version 2 is out", false],
  ["anonymous-admin", "group", "-1001234567890", "1", "Rules are rules", false],
];

const IGNORED = ["edited", "automatic-forward", "other-bot", "service"];

for (const [name, kind, chat, thread, text, mentioned] of TABLE) {
  test(`the update ${name} becomes a message of kind ${kind}, ${mentioned ? "" : "not "}mentioned`, () => {
    const message = parsed(name);
    assert.deepEqual(message.address, { channel: "telegram", account: "default", chat, thread });
    assert.deepEqual([message.chatKind, message.text, message.mentioned], [kind, text, mentioned]);
  });
}

for (const name of IGNORED) {
  test(`the update ${name} is no message to us`, () => {
    assert.equal(parseUpdate(fixture(name), "default", BOT), null);
  });
}

test("an edited message is a change of the one with its id, by its sender; nothing else is one", () => {
  const change = parseAmendment(fixture("edited"), "default", BOT);
  assert.ok(change?.kind === "edited");
  assert.deepEqual([change.message.messageId, change.message.text, change.message.sender.id], ["700123456:424242:11", "Good evening", "424242"]);
  assert.equal(chatOf(fixture("edited")), "424242");
  for (const [name] of TABLE) assert.equal(parseAmendment(fixture(name), "default", BOT), null, name);
});

test("every fixture is in one of the two tables", () => {
  const names = readdirSync(FIXTURES).map((file) => file.replace(/\.json$/u, ""));
  assert.deepEqual(names.toSorted(), [...TABLE.map(([name]) => name), ...IGNORED].toSorted());
});

test("the sender is the person, with name and username; a channel's post and an anonymous admin speak as the chat", () => {
  assert.deepEqual(parsed("dm").sender, { id: "424242", name: "Ada Byron", username: "ada_b", language: "en" });
  assert.deepEqual(parsed("channel-post").sender, { id: "-1009876543210", name: "News", username: "news_here" });
  assert.equal(parsed("anonymous-admin").sender.id, "-1001234567890");
});

test("times are milliseconds, and a group has its title as its place", () => {
  assert.equal(parsed("dm").sentAt, 1_763_000_000_000);
  assert.equal(parsed("dm").place, null);
  assert.equal(parsed("group").place?.title, "Family");
});

test("the same number in two chats, or of two bots, is two messages", () => {
  const ids = [
    parsed("dm").messageId,
    parseUpdate({ update_id: 1, message: { message_id: 11, date: 1, chat: { id: 5, type: "private" }, from: { id: 5, is_bot: false }, text: "x" } }, "default", BOT)?.messageId,
    parseUpdate(fixture("dm"), "default", { ...BOT, id: 1 })?.messageId,
  ];
  assert.equal(new Set(ids).size, 3);
  assert.equal(ids[0], "700123456:424242:11");
});

function inGroup(text: string, entities: object[]): InboundMessage | null {
  const from = { id: 5, is_bot: false, first_name: "Eve" };
  return parseUpdate({ update_id: 1, message: { message_id: 1, date: 1, chat: { id: -5, type: "group", title: "G" }, from, text, entities } }, "default", BOT);
}

const NAME = "@continuo_test_bot";
const MENTIONS: readonly (readonly [string, string, object[], string, boolean])[] = [
  ["another bot's command is not ours", "/new@other_bot", [{ type: "bot_command", offset: 0, length: 14 }], "/new@other_bot", false],
  ["a command to nobody is not ours", "/new", [{ type: "bot_command", offset: 0, length: 4 }], "/new", false],
  ["a command after our name is both", `${NAME} /new`, [{ type: "mention", offset: 0, length: 18 }, { type: "bot_command", offset: 19, length: 4 }], "/new", true],
  ["our name in the middle stays", `ask ${NAME} now`, [{ type: "mention", offset: 4, length: 18 }], `ask ${NAME} now`, true],
  ["our name alone stays", NAME, [{ type: "mention", offset: 0, length: 18 }], NAME, true],
  ["our name without an entity names nobody", `mail ${NAME}.example.org`, [], `mail ${NAME}.example.org`, false],
  ["a longer name is another's", `${NAME}2 hi`, [{ type: "mention", offset: 0, length: 19 }], `${NAME}2 hi`, false],
  ["a mention by text is us by id", "Continuo hi", [{ type: "text_mention", offset: 0, length: 8, user: { id: BOT.id, is_bot: true } }], "hi", true],
];

for (const [title, text, entities, rest, mentioned] of MENTIONS) {
  test(`in a group, ${title}`, () => {
    const message = inGroup(text, entities);
    assert.deepEqual([message?.text, message?.mentioned], [rest, mentioned]);
  });
}

test("a part of a message that is new to us does not lose the message", () => {
  const from = { id: 5, is_bot: false, first_name: "Eve" };
  const message = { message_id: 1, date: 1, chat: { id: 5, type: "private" }, from, text: "hi", entities: "new", reply_to_message: 7 };
  assert.equal(parseUpdate({ update_id: 1, message }, "default", BOT)?.text, "hi");
});

test("whatever arrives, parsing does not throw", () => {
  const update = fixture("mention");
  const spoilt = fc.record({ message: fc.record({ message_id: fc.anything(), date: fc.anything(), chat: fc.anything(), text: fc.anything() }) });
  fc.assert(
    fc.property(fc.oneof(fc.anything(), spoilt, fc.object().map((extra) => ({ ...(update as object), ...extra }))), (value) => {
      parseUpdate(value, "default", BOT);
      assert.equal(typeof chatOf(value), "string");
    }),
    { numRuns: 300 },
  );
});
