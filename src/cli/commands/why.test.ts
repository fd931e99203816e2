import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { explainMessage, type ExplainedMessage, type MessageFacts } from "../../audit/why/explain-message.ts";
import { directMessage } from "../../domain/message.ts";
import { resolveRoute } from "../../routing/index.ts";
import { fakeCli, NOW, type FakeCli } from "../testing/fake-cli.ts";
import { whyCommand } from "./why.ts";

const made: FakeCli[] = [];
afterEach(() => {
  for (const cli of made.splice(0)) cli.remove();
});

const message = directMessage({ channel: "telegram", account: "default", senderId: "42" });
const route = resolveRoute({}, message);
const policy = { mode: "idle", atHour: 4, idleMinutes: 120 } as const;
const facts: MessageFacts = {
  kind: "hypothetical",
  message,
  stored: null,
  admission: { admitted: true, reason: "dm_policy_open", asOf: "now" },
  route: { why: route.why, sessionKey: route.sessionKey, audience: route.audience },
  reset: { kind: "asked", policy, session: null, now: NOW },
  reply: { kind: "asked", from: message.address, to: message.address, audience: route.audience },
  refused: [{ reason: "dm_policy_disabled", account: "default", chat: "42", count: 1, firstAt: NOW, lastAt: NOW }],
};
const stored: ExplainedMessage = { id: "i1", runId: "r1", messageId: "4711", ...message.address, senderId: "42", senderName: "Eve\u001b[2J", text: "hello\nthere", state: "done", acceptedAt: NOW - 7_200_000 };

async function run(answer: object, ...words: string[]): Promise<{ cli: FakeCli; asked: unknown[]; exitCode: number }> {
  const asked: unknown[] = [];
  const cli = fakeCli({ local: (method, params) => (asked.push([method, params]), answer), terminal: { columns: 200 } });
  made.push(cli);
  let exitCode = -1;
  await whyCommand({ deps: cli.deps, settle: (code) => (exitCode = code) }).exitOverride().parseAsync(words, { from: "user" });
  return { cli, asked, exitCode };
}

test("why explains a message that nobody wrote, section by section", async () => {
  const { cli, asked, exitCode } = await run(explainMessage(facts), "--channel", "telegram", "--peer", "42");
  assert.equal(exitCode, 0);
  assert.deepEqual(asked, [["why", { channel: "telegram", peer: "42" }]]);
  assert.deepEqual(cli.stdout().split("\n"), [
    "Nobody wrote this message: it is what would happen now.",
    "",
    "Refused",
    "  1 message of this sender was refused, the last at 2026-11-21 10:00 UTC: Direct messages are switched off there (dmPolicy: disabled).",
    "",
    "Let in?",
    "  It would be let in. Everybody may write directly there (dmPolicy: open).",
    "",
    "Where it belongs",
    '  The agent is "main", the default one, because nothing is bound on this channel.',
    "  The sender telegram:42 is nobody known: no setting and no link names them.",
    '  The scope is "auto" (by default): the owner\'s direct messages from all channels are one conversation, and everybody else has one of their own.',
    "  So the session is agent:main:telegram:dm:42: made of the agent, the channel and the sender's id.",
    "",
    "Conversation",
    "  A conversation would begin with it: it would be the first message of this session.",
    "",
    "Reply",
    "  The reply would go back to where the message came from, telegram:42; it is read there by telegram 42.",
    "",
  ]);
});

test("why of a stored message says first which one it is, without anybody's escape sequences, and breaks long lines", async () => {
  const answer = explainMessage({ ...facts, kind: "stored", stored, refused: [], reply: { kind: "none", waiting: true } });
  const { cli } = await run(answer, "4711");
  assert.match(cli.stdout(), /^Message 4711 from Eve\[2J \(telegram:42\), 2 hours ago: hello there\n\nLet in\?\n/);
  assert.doesNotMatch(cli.stdout(), /Reply/);
  const narrow = fakeCli({ local: () => answer, terminal: { columns: 60 } });
  made.push(narrow);
  await whyCommand({ deps: narrow.deps, settle: () => undefined }).parseAsync(["4711"], { from: "user" });
  assert.ok(narrow.stdout().split("\n").slice(1).every((line) => line.length <= 60), narrow.stdout());
});

test("an id that several messages have lists them and is a failure", async () => {
  const answer = { kind: "ambiguous", lines: ["Several messages have this id. Ask again with the `id` of one of them."], candidates: [stored, { ...stored, id: "i2", chat: "-1001", text: "x".repeat(90) }] };
  const { cli, exitCode } = await run(answer, "4711");
  assert.equal(exitCode, 1);
  assert.deepEqual(cli.stdout().split("\n"), [
    "Several messages have this id. Ask again with the `id` of one of them.",
    "ID  SENDER                CHAT   ACCEPTED     TEXT",
    "i1  Eve[2J (telegram:42)  42     2 hours ago  hello there",
    `i2  Eve[2J (telegram:42)  -1001  2 hours ago  ${"x".repeat(59)}…`,
    "",
  ]);
});

test("why is told either an id or a channel and a sender, and prints JSON", async () => {
  for (const wrong of [[], ["4711", "--channel", "telegram"], ["--peer", "42"], ["--channel", "telegram"]]) await assert.rejects(run({}, ...wrong), { code: "REQUEST_INVALID" });
  const { cli, asked } = await run(explainMessage(facts), "--channel", "discord", "--peer", "7", "--account", "work", "--group", "g", "--thread", "3", "--json");
  assert.deepEqual(asked, [["why", { channel: "discord", peer: "7", account: "work", group: "g", thread: "3" }]]);
  assert.equal(cli.json().kind, "hypothetical");
});
