import assert from "node:assert/strict";
import { test } from "node:test";
import { entryLine } from "./entry-line.ts";
import { entry, KEY, NOW, session, SESSION_ID } from "./fixture.ts";
import { gather } from "./files.ts";
import { rowEntry, rowText } from "./row-json.ts";

/** As a reader of the file sees it. */
function written(change: Parameters<typeof session>[0]): Record<string, unknown> {
  return JSON.parse(JSON.stringify(rowEntry(session(change)))) as Record<string, unknown>;
}

test("a row holds the seed's fields and OpenClaw's, and nothing that is not known", () => {
  assert.deepEqual(written({}), {
    uuid: SESSION_ID,
    created: "2026-03-15T08:00:00Z",
    lastActive: "2026-03-18T10:01:00Z",
    messageCount: 47,
    sessionId: SESSION_ID,
    updatedAt: NOW,
    sessionStartedAt: Date.parse("2026-03-17T04:00:00Z"),
    lastInteractionAt: NOW,
    status: "done",
    chatType: "direct",
    channel: "telegram",
    origin: { provider: "telegram", surface: "telegram", chatType: "direct" },
    state: { model: null, modelOverride: null, activationMode: "always", lastCompaction: null, memoryFlushed: false },
  });
});

test("a row of a running group holds its names, route, models and tokens", () => {
  const row = written({
    chatKind: "group",
    displayName: "Family Chat",
    label: "home",
    running: true,
    counters: { messages: 2, inputTokens: 150, outputTokens: 24, totalTokens: 150, compactions: 0, compactedAt: null },
    model: { override: "openrouter/meta/llama", last: "stub/stub-1" },
    lastRoute: { channel: "telegram", account: "biz", chat: "-1001", thread: "42" },
  });
  assert.deepEqual(row, {
    uuid: SESSION_ID,
    created: "2026-03-15T08:00:00Z",
    lastActive: "2026-03-18T10:01:00Z",
    messageCount: 2,
    sessionId: SESSION_ID,
    updatedAt: NOW,
    sessionStartedAt: Date.parse("2026-03-17T04:00:00Z"),
    lastInteractionAt: NOW,
    status: "running",
    inputTokens: 150,
    outputTokens: 24,
    totalTokens: 150,
    totalTokensFresh: true,
    modelProvider: "stub",
    model: "stub-1",
    providerOverride: "openrouter",
    modelOverride: "meta/llama",
    modelOverrideSource: "user",
    chatType: "group",
    channel: "telegram",
    label: "home",
    displayName: "telegram:g-family-chat",
    groupId: "-1001",
    subject: "Family Chat",
    deliveryContext: { channel: "telegram", to: "-1001", accountId: "biz", threadId: "42" },
    lastChannel: "telegram",
    lastTo: "-1001",
    lastAccountId: "biz",
    lastThreadId: "42",
    origin: { label: "Family Chat", provider: "telegram", surface: "telegram", chatType: "group", to: "-1001", accountId: "biz", threadId: "42" },
    state: { model: "openrouter/meta/llama", modelOverride: "openrouter/meta/llama", activationMode: "mention", lastCompaction: null, memoryFlushed: false },
  });
});

const LABELS: readonly (readonly [kind: "group" | "channel", title: string | null, label: string])[] = [
  ["group", "Family Chat", "telegram:g-family-chat"],
  ["group", "  ¿Qué tal?! ", "telegram:g-qué-tal"],
  ["channel", "#general", "telegram:#general"],
  ["channel", "guild#general", "telegram:guild#general"],
  ["group", "g-known", "telegram:g-known"],
  ["group", null, "telegram:g-1001"],
];

for (const [chatKind, displayName, label] of LABELS) {
  test(`a ${chatKind} titled ${JSON.stringify(displayName)} is listed as ${label}`, () => {
    const row = written({ chatKind, displayName, lastRoute: { channel: "telegram", account: "default", chat: "-1001", thread: null } });
    assert.equal(row["displayName"], label);
    assert.equal(row["room"], chatKind === "channel" ? displayName : undefined);
    assert.equal(row["groupChannel"], row["room"]);
  });
}

test("a last route on another channel says where to announce, not where the session came from", () => {
  const row = written({ lastRoute: { channel: "slack", account: "default", chat: "D1", thread: null } });
  assert.equal(row["lastChannel"], "slack");
  assert.deepEqual(row["origin"], { provider: "telegram", surface: "telegram", chatType: "direct" });
});

test("lastActive falls back to the last change where nobody has spoken", () => {
  const times = { createdAt: 0, updatedAt: NOW, startedAt: 0, lastInteractionAt: 0 };
  assert.equal(written({ times })["lastActive"], "2026-03-18T10:01:00Z");
});

test("a row's text is a member of an object with two spaces of indent", () => {
  const key = 'agent:main:odd:dm:"quoted"\n';
  const text = rowText(session({ key }));
  const whole = `{\n${text}\n}`;
  assert.equal(whole, JSON.stringify(JSON.parse(whole), null, 2));
  assert.deepEqual(Object.keys(JSON.parse(whole) as object), [key]);
});

test("a line has role, content and timestamp, and the ids of its place", () => {
  const line = entryLine(entry(1, { text: "Hello", at: Date.parse("2026-03-18T10:00:00Z") }));
  assert.equal(line, '{"role":"user","content":"Hello","timestamp":"2026-03-18T10:00:00Z","id":"e1","parentId":null}\n');
});

test("a reply's line names model, provider, usage and why it stopped", () => {
  const usage = { input: 150, output: 24, cacheRead: 0, cacheWrite: null };
  const line = entryLine(entry(2, { model: "stub/stub-1", usage, stopReason: "stop", at: NOW + 7 }));
  assert.deepEqual(JSON.parse(line), {
    role: "assistant",
    content: "text 2",
    timestamp: "2026-03-18T10:01:00.007Z",
    id: "e2",
    parentId: "e1",
    provider: "stub",
    model: "stub-1",
    usage,
    stopReason: "stop",
  });
});

test("a text with line breaks of every kind stays one line of valid JSON", () => {
  const text = "a\nb\r\nc\u2028d\u0000\ud800 \"q\" \\";
  const line = entryLine(entry(1, { text }));
  assert.equal(line.indexOf("\n"), line.length - 1);
  assert.equal((JSON.parse(line) as { content: string }).content, text);
});

test("chunks are bounded, and never cut a part", async () => {
  const parts = Array.from({ length: 5_000 }, (_, i) => rowText(session({ key: `${KEY}${i}` })));
  const longest = Math.max(...parts.map((part) => part.length));
  const chunks: string[] = [];
  for await (const chunk of gather(parts, 4_096)) chunks.push(chunk);
  assert.ok(chunks.length > 100);
  assert.ok(chunks.every((chunk) => chunk.length < 4_096 + longest));
  assert.ok(chunks.every((chunk) => chunk.startsWith("  \"agent:") && chunk.endsWith("}")));
  assert.equal(chunks.join(""), parts.join(""));
});

test("what was chosen for a session alone stands in its row, and its state says what is in force", () => {
  const row = written({
    chatKind: "group",
    choices: { thinking: "high", verbose: "full", activation: "always", send: "deny", usage: "tokens", catchUp: "off" },
    queue: { mode: "steer", cap: 5 },
    counters: { messages: 1, inputTokens: null, outputTokens: null, totalTokens: null, compactions: 2, compactedAt: NOW },
  });
  const { thinkingLevel, verboseLevel, groupActivation, sendPolicy, responseUsage, queueMode, queueCap, compactionCount } = row;
  assert.deepEqual([thinkingLevel, verboseLevel, groupActivation, sendPolicy, responseUsage, queueMode, queueCap, compactionCount], ["high", "full", "always", "deny", "tokens", "steer", 5, 2]);
  assert.deepEqual(row["state"], { model: null, modelOverride: null, activationMode: "always", lastCompaction: "2026-03-18T10:01:00Z", memoryFlushed: false });
});
