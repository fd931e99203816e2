import assert from "node:assert/strict";
import { test } from "node:test";
import { estimateTokens } from "../../src/agent/context.ts";
import { describeSession } from "../../src/store/statements/describe-session.ts";
import { listConversations } from "../../src/store/statements/list-conversations.ts";
import { message, openTo, startHarness, until, type Harness, type HarnessOptions, type Said } from "./harness.ts";

type Config = NonNullable<HarnessOptions["config"]>;

const GROUP = { chat: "-100", kind: "group" } as const;
const DM = "agent:main:telegram:dm:42";
const TOPIC = "agent:main:telegram:group:-100:topic:7";

function inheriting(threads: { readonly inherit?: "none" | "parent"; readonly budget?: number }, session: object = {}): Config {
  return { ...openTo("telegram", "slack"), session: { owner: ["telegram:42"], ...session, threads } } as Config;
}

async function talk(h: Harness, text: string, said: Said): Promise<string> {
  await h.receive(message(text, said));
  await h.settled();
  return (h.requests.at(-1)?.messages ?? []).map((one) => one.text).join("\n");
}

test("P32 a thread or topic begins with nothing of what was said around it", async () => {
  const h = await startHarness({ config: openTo("telegram", "slack"), channels: ["telegram", "slack"] });
  const room = { chat: "C1", kind: "channel", channel: "slack" } as const;
  for (let i = 0; i < 20; i++) await talk(h, `plum ${i}`, i % 2 === 0 ? GROUP : room);
  assert.equal(await talk(h, "what was said?", { ...GROUP, thread: "7" }), "what was said?");
  assert.equal(await talk(h, "and here?", { ...room, thread: "17.5" }), "and here?");
  assert.equal(await talk(h, "in a private topic", { sender: "42", thread: "3" }), "in a private topic");
  await h.close();
});

test("P32 where it is asked for, a topic begins with a copy of what was said last, told as such, and /undo empties it", async () => {
  const h = await startHarness({ config: inheriting({ inherit: "parent" }) });
  await talk(h, "plum", GROUP);
  const asked = await talk(h, "what was said?", { ...GROUP, thread: "7", sender: "43" });
  assert.match(asked, /plum[^]*echo: plum[^]*what was said\?/);
  assert.match(h.channel("telegram").sent.at(-1)?.part.text ?? "", /copy of the earlier conversation/i);
  assert.deepEqual(await h.texts("agent:main:telegram:group:-100"), ["user: plum", "assistant: echo: plum"], "the chat around it stays as it is");
  const [forked, ...rest] = await h.store.all(listConversations, { key: TOPIC, limit: 5 });
  assert.equal(rest.length + 1, 2);
  const conversation = [forked, ...rest].find((row) => row?.began_reason === "forked");
  assert.equal(conversation?.forked_from, (await h.store.get(describeSession, { key: "agent:main:telegram:group:-100" }))?.session_id);
  assert.equal(await talk(h, "more", { ...GROUP, thread: "7" }).then((text) => text.match(/plum/g)?.length), 2, "only once");
  await talk(h, "/undo", { ...GROUP, thread: "7" });
  assert.equal(await talk(h, "and now?", { ...GROUP, thread: "7" }), "and now?", "it stays empty");
  await h.close();
});

test("P32 a copy never exceeds its budget, however much was said, nor half of the agent's window", async () => {
  for (const [budget, contextTokens, most] of [[200, undefined, 200], [8_000, 300, 150]] as const) {
    const config = { ...inheriting({ inherit: "parent", budget }), agents: { defaults: { model: "test/echo", contextTokens } } } as Config;
    const h = await startHarness({ config, answers: { echo: () => short() } });
    for (let i = 0; i < 30; i++) await talk(h, `message ${i} ${"word ".repeat(20)}`, GROUP);
    await talk(h, "here", { ...GROUP, thread: "7" });
    const copied = h.requests.at(-1)?.messages.slice(0, -1) ?? [];
    const tokens = copied.reduce((sum, { text }) => sum + estimateTokens(text), 0);
    assert.ok(tokens > most / 2 && tokens <= most, `${tokens} of ${most}`);
    assert.equal(copied[0]?.role, "user", "it begins with a person's words");
    assert.match(copied.at(-2)?.text ?? "", /^message 29/, "the newest");
    await h.close();
  }
});

async function* short() {
  yield { kind: "text", delta: "yes" } as const;
  yield { kind: "finish", usage: { input: 1, output: 1, cacheRead: null, cacheWrite: null }, stopReason: "stop" } as const;
}

test("P32 a private topic begins with what its own person said, and with nothing of who else speaks in the shared session", async () => {
  const h = await startHarness({ config: inheriting({ inherit: "parent" }, { dmScope: "main" }) });
  await talk(h, "Bob's secret", { sender: "43" });
  await talk(h, "Ann's plan", { sender: "42" });
  const asked = await talk(h, "go on", { sender: "42", thread: "3" });
  assert.match(asked, /Ann's plan/);
  assert.doesNotMatch(asked, /Bob's secret(?!\n)|^Bob/m);
  assert.ok(!(h.requests.at(-1)?.messages ?? []).some(({ text }) => text === "Bob's secret" || text === "echo: Bob's secret"));
  await h.close();
});

test("P32 what a private chat holds is in no room's topic, and a topic's first message that is a command copies nothing yet", async () => {
  const h = await startHarness({ config: inheriting({ inherit: "parent" }) });
  await talk(h, "my secret", { sender: "42" });
  await talk(h, "hello all", GROUP);
  await talk(h, "/queue", { ...GROUP, thread: "7" });
  await until("the command is answered", () => h.channel("telegram").sent.length === 3);
  const asked = await talk(h, "what was said?", { ...GROUP, thread: "7" });
  assert.match(asked, /hello all/);
  assert.doesNotMatch(asked, /secret/);
  assert.equal(await talk(h, "/new apple", { ...GROUP, thread: "8" }), "apple", "who asks for a new conversation gets one");
  await h.close();
});

test("P20 a thread that began with copies moves with them when it is changed who shares what, and comes back with them", async () => {
  const h = await startHarness({ config: inheriting({ inherit: "parent" }, { dmScope: "per-channel-peer", owner: [] }) });
  await talk(h, "plum", { sender: "42" });
  await talk(h, "go on", { sender: "42", thread: "3" });
  const [before, around] = await Promise.all([h.texts(`${DM}:thread:42:3`), h.texts(DM)]);
  assert.ok(before.includes("user: plum") && before.includes("user: go on"));
  await h.changes.apply({ kind: "edits", edits: [{ path: ["session", "dmScope"], value: "per-account-channel-peer" }] }, { approve: true });
  const moved = "agent:main:telegram:default:dm:42";
  const said = (lines: readonly string[]): string[] => lines.filter((line) => !line.startsWith("system"));
  assert.deepEqual(said(await h.texts(`${moved}:thread:42:3`)), said(before));
  assert.deepEqual(said(await h.texts(moved)), said(around), "and the chat around it has nothing twice");
  const [change] = await h.changes.list();
  await h.changes.rollback(change?.id ?? "", { approve: true });
  assert.deepEqual([await h.texts(`${DM}:thread:42:3`), await h.texts(DM)], [before, around]);
  await h.close();
});
