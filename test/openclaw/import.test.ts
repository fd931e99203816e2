import assert from "node:assert/strict";
import { mkdirSync, cpSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { directoryOf, house, tracesIn, treeOf } from "./house.ts";

const ID = "f8282125-0000-4000-8000-00000000000";
const DIR = "agents/main/sessions";

const index = (rows: object): string => JSON.stringify(rows, null, 2);
const texts = (rows: readonly Record<string, unknown>[]): unknown[] => rows.map(({ text }) => text);

test("the short form: a row of four fields and flat lines", async (t) => {
  const root = directoryOf(t, {
    [`${DIR}/sessions.json`]: index({ "agent:main:telegram:dm:123456789": { uuid: `${ID}1`, created: "2026-03-15T08:00:00Z", lastActive: "2026-03-18T10:01:00Z", messageCount: 2 } }),
    [`${DIR}/${ID}1.jsonl`]: '{"role":"user","content":"Hello","timestamp":"2026-03-18T10:00:00Z"}\n{"role":"assistant","content":"Hi.","timestamp":"2026-03-18T10:00:02Z"}\n',
  });
  const { moving, rows } = await house(t);
  const report = await moving.importOpenClaw({ from: root, dryRun: false });
  assert.deepEqual(report.troubles, []);
  const [session] = await rows("select * from sessions");
  assert.deepEqual([session?.key, session?.session_id, Number(session?.created_at), Number(session?.updated_at), session?.audience], ["agent:main:telegram:dm:123456789", `${ID}1`, Date.parse("2026-03-15T08:00:00Z"), Date.parse("2026-03-18T10:01:00Z"), "peer:telegram:default:123456789"]);
  const entries = await rows("select role, text, at, sender_id, chat from entries order by seq");
  assert.deepEqual(entries.map(({ role, text, at, sender_id: who, chat }) => [role, text, Number(at), who, chat]), [
    ["user", "Hello", Date.parse("2026-03-18T10:00:00Z"), "123456789", "123456789"],
    ["assistant", "Hi.", Date.parse("2026-03-18T10:00:02Z"), "main", "123456789"],
  ]);
  assert.deepEqual((await rows("select message_count, entry_seq, preview from conversations")).map((row) => [Number(row.message_count), Number(row.entry_seq), row.preview]), [[2, 2, "Hello"]]);
});

test("the tree: the path to the leaf is the conversation, the other branch is kept beside it", async (t) => {
  const root = directoryOf(t, {
    [`${DIR}/sessions.json`]: index({ "agent:main:main": { sessionId: `${ID}1`, updatedAt: 1_773_828_060_000 } }),
    [`${DIR}/${ID}1.jsonl`]: treeOf(`${ID}1`, [
      { type: "model_change", id: "m1", parentId: null, provider: "stub", modelId: "stub-1" },
      ["a1", "m1", "user", "Question"],
      ["a2", "a1", "assistant", "First answer"],
      ["b2", "a1", "assistant", "Second answer"],
      { type: "compaction", id: "c1", parentId: "b2", summary: "They asked.", firstKeptEntryId: "b2", tokensBefore: 9_000 },
      ["b3", "c1", "user", "Thanks"],
    ]),
  });
  const { moving, rows } = await house(t);
  const report = await moving.importOpenClaw({ from: root, dryRun: false });
  assert.deepEqual([report.totals.entries, report.totals.asides, report.notMapped.map(({ what }) => what)], [5, 1, ["line model_change"]]);
  const shown = await rows("select text, parent_id, meta from entries e where not exists (select 1 from asides a where a.entry_id = e.id) order by seq");
  assert.deepEqual(texts(shown), ["Question", "Second answer", "They asked.", "Thanks"]);
  assert.deepEqual(shown.map((row) => row.parent_id), [null, `${ID}1.a1`, `${ID}1.b2`, `${ID}1.c1`]);
  assert.deepEqual(JSON.parse(String(shown[2]?.meta)), { compaction: { firstKeptSeq: 3, tokensBefore: 9_000 } });
  assert.deepEqual((await rows("select leaf_id, message_count, compactions, compacted_at from conversations")).map((row) => [row.leaf_id, Number(row.message_count), Number(row.compactions), Number(row.compacted_at) > 0]), [[`${ID}1.b3`, 3, 1, true]]);
});

test("D1: direct and dm are one session, the newest is its conversation, and the others stay as earlier ones", async (t) => {
  const root = directoryOf(t, {
    [`${DIR}/sessions.json`]: index({
      "agent:main:telegram:direct:42": { sessionId: `${ID}1`, updatedAt: 1_773_000_000_000 },
      "agent:main:telegram:dm:42": { sessionId: `${ID}2`, updatedAt: 1_773_800_000_000 },
      "agent:main:slack:direct:u0abc": { sessionId: `${ID}3`, updatedAt: 1_773_700_000_000, deliveryContext: { channel: "slack", to: "user:U0ABC", accountId: "work" }, label: "Ann" },
      "agent:main:matrix:channel:!room:server.org": { sessionId: `${ID}4`, updatedAt: 1_773_600_000_000, chatType: "channel", groupChannel: "Lobby" },
    }),
    ...Object.fromEntries([1, 2, 3, 4].map((n) => [`${DIR}/${ID}${n}.jsonl`, treeOf(`${ID}${n}`, [[`e${n}`, null, "user", `text ${n}`]])])),
  });
  const { moving, rows } = await house(t);
  await moving.importOpenClaw({ from: root, dryRun: false });
  assert.deepEqual((await rows("select key, session_id, display_name, last_route from sessions order by key")).map((row) => Object.values(row)), [
    ["agent:main:matrix:channel:!room%3Aserver.org", `${ID}4`, "Lobby", null],
    ["agent:main:slack:dm:U0ABC", `${ID}3`, null, JSON.stringify({ channel: "slack", account: "work", chat: "U0ABC", thread: null })],
    ["agent:main:telegram:dm:42", `${ID}2`, null, null],
  ]);
  const earlier = await rows(`select key, ended_at, ended_reason from conversations where session_id = '${ID}1'`);
  assert.deepEqual(earlier.map((row) => [row.key, Number(row.ended_at) > 0, row.ended_reason]), [["agent:main:telegram:dm:42", true, "imported"]]);
});

test("what was put away comes along; nobody can say whose it is, so it stands by itself and out of the lists", async (t) => {
  const root = directoryOf(t, {
    [`${DIR}/sessions.json`]: index({ "agent:main:main": { sessionId: `${ID}1`, updatedAt: 1_773_828_060_000 } }),
    [`${DIR}/${ID}1.jsonl`]: treeOf(`${ID}1`, [["a1", null, "user", "now"]]),
    [`${DIR}/${ID}2.jsonl.reset.2026-03-17T02-00-36.104Z`]: treeOf(`${ID}2`, [["a1", null, "user", "before"]]),
    [`${DIR}/${ID}3.jsonl.deleted.2026-03-16T02-00-36.104Z`]: treeOf(`${ID}3`, [["a1", null, "user", "gone"]]),
    [`${DIR}/${ID}4-topic-42.jsonl`]: treeOf(`${ID}4`, [["a1", null, "user", "a topic"]]),
    [`${DIR}/${ID}1.trajectory.jsonl`]: '{"what":"a run did"}\n',
  });
  const { moving, rows } = await house(t);
  const report = await moving.importOpenClaw({ from: root, dryRun: false });
  assert.equal(report.totals.conversations, 4);
  const sessions = await rows("select key, archived_at from sessions order by key");
  assert.deepEqual(sessions.map(({ key, archived_at: archived }) => [key, archived !== null]), [
    [`agent:main:explicit:${ID}2`, true],
    [`agent:main:explicit:${ID}3`, true],
    [`agent:main:explicit:${ID}4-topic-42`, true],
    ["agent:main:main", false],
  ]);
});

test("choices, counters, routes and models are kept; what has no place is named", async (t) => {
  const row = {
    ...{ sessionId: `${ID}1`, updatedAt: 1_773_828_060_000, sessionStartedAt: 1_773_720_000_000, lastInteractionAt: 1_773_828_000_000 },
    ...{ thinkingLevel: "high", verboseLevel: "on", groupActivation: "always", sendPolicy: "deny", responseUsage: "tokens", queueMode: "steer+backlog", queueCap: 7, queueDrop: "old" },
    ...{ providerOverride: "anthropic", modelOverride: "claude-sonnet-4-5", modelOverrideSource: "user", modelProvider: "openai", model: "gpt-5" },
    ...{ inputTokens: 150, outputTokens: 24, totalTokens: 170, compactionCount: 2, subject: "Family Chat", chatType: "group", groupId: "-100", elevatedLevel: "on", memoryFlushAt: 1_773_000_000_000 },
    ...{ deliveryContext: { channel: "telegram", to: "telegram:group:-100", accountId: "default", threadId: 42 } },
  };
  const root = directoryOf(t, { [`${DIR}/sessions.json`]: index({ "agent:main:telegram:group:-100:topic:42": row }) });
  const { moving, rows } = await house(t);
  const report = await moving.importOpenClaw({ from: root, dryRun: false });
  const [session] = await rows("select * from sessions");
  assert.deepEqual(JSON.parse(String(session?.choices)), { thinking: "high", verbose: "on", activation: "always", send: "deny", usage: "tokens" });
  assert.deepEqual(JSON.parse(String(session?.queue)), { mode: "steer-backlog", cap: 7, drop: "old" });
  assert.deepEqual([session?.model_override, session?.model_last, session?.display_name, session?.chat_kind], ["anthropic/claude-sonnet-4-5", "openai/gpt-5", "Family Chat", "group"]);
  assert.deepEqual(JSON.parse(String(session?.last_route)), { channel: "telegram", account: "default", chat: "-100", thread: "42" });
  const [conversation] = await rows("select * from conversations");
  assert.deepEqual([JSON.parse(String(conversation?.usage)), Number(conversation?.compactions), Number(conversation?.began_at)], [{ input: 150, output: 24, total: 170 }, 2, 1_773_720_000_000]);
  assert.deepEqual(report.notMapped.map(({ what }) => what), ["field elevatedLevel", "field memoryFlushAt"]);
});

test("tool calls, thinking and pictures: the words are the text, the rest is kept, data is kept beside it", async (t) => {
  const picture = "A".repeat(20_000);
  const root = directoryOf(t, {
    [`${DIR}/sessions.json`]: index({ "agent:main:main": { sessionId: `${ID}1`, updatedAt: 1_773_828_060_000 } }),
    [`${DIR}/${ID}1.jsonl`]: treeOf(`${ID}1`, [
      { type: "message", id: "p", parentId: null, message: { role: "user", content: [{ type: "text", text: "Look" }, { type: "image", data: picture, mimeType: "image/png" }] } },
      { type: "message", id: "c", parentId: "p", message: { role: "assistant", content: [{ type: "thinking", thinking: "Hm" }, { type: "toolCall", id: "call_1", name: "sessions_list", arguments: {} }], provider: "stub", model: "stub-1", stopReason: "toolUse" } },
      { type: "message", id: "r", parentId: "c", message: { role: "toolResult", toolCallId: "call_1", toolName: "sessions_list", content: [{ type: "text", text: "none" }], isError: false } },
    ]),
  });
  const { moving, rows } = await house(t);
  const report = await moving.importOpenClaw({ from: root, dryRun: false });
  assert.deepEqual(report.notMapped, []);
  const entries = await rows("select role, text, model, meta from entries order by seq");
  assert.deepEqual(entries.map(({ role, text, model }) => [role, text, model]), [["user", "Look", null], ["assistant", "", "stub/stub-1"], ["toolResult", "none", null]]);
  const kept = entries.map(({ meta }) => (JSON.parse(String(meta)) as { source: { content?: { type: string; bytes?: number }[]; message?: object } }).source);
  assert.deepEqual(kept[0]?.content?.map(({ type, bytes }) => [type, bytes]), [["text", undefined], ["image", 15_000]]);
  assert.ok(!JSON.stringify(kept).includes(picture));
  const { attachments } = JSON.parse(String(entries[0]?.meta)) as { attachments: { size: number }[] };
  assert.deepEqual(attachments.map(({ size }) => size), [15_000]);
  assert.deepEqual(kept[2]?.message, { toolCallId: "call_1", toolName: "sessions_list", isError: false });
});

test("broken lines, half-written files and other encodings are named by file and line, and the rest is there", async (t) => {
  const line = (text: string): string => `${JSON.stringify({ role: "user", content: text, timestamp: "2026-03-18T10:00:00Z" })}\n`;
  const root = directoryOf(t, {
    [`${DIR}/sessions.json`]: index({ "agent:main:main": { sessionId: `${ID}1`, updatedAt: 1 }, "agent:main:b": { sessionId: `${ID}2`, updatedAt: 1 }, "agent:main:c": { sessionId: "../../etc", updatedAt: 1 }, "agent:main:d": 7 }),
    [`${DIR}/${ID}1.jsonl`]: Buffer.concat([Buffer.from(`\u{FEFF}${line("one")}not json\n[1]\n\n`), Buffer.from([0x7b, 0xff, 0xfe, 0x0a]), Buffer.from(`${line("two")}{"role":"user","content":"cut`)]),
    [`${DIR}/${ID}2.jsonl`]: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(line("sixteen \u00fc"), "utf16le")]),
    "agents/other/sessions/sessions.json": "{ this is not",
    "agents/other/sessions/00000000-0000-4000-8000-00000000000a.jsonl": line("kept all the same"),
  });
  const { moving, rows } = await house(t);
  const report = await moving.importOpenClaw({ from: root, dryRun: false });
  assert.deepEqual(texts(await rows(`select text from entries order by session_id, seq`)).toSorted(), ["kept all the same", "one", "sixteen \u00fc", "two"]);
  const told = report.troubles.map(({ file, line: at }) => `${file}:${at ?? ""}`).toSorted();
  assert.deepEqual(told, [`${DIR}/${ID}1.jsonl:2`, `${DIR}/${ID}1.jsonl:3`, `${DIR}/${ID}1.jsonl:5`, `${DIR}/${ID}1.jsonl:7`, `${DIR}/sessions.json:`, `${DIR}/sessions.json:`, "agents/other/sessions/sessions.json:"]);
});

for (const version of ["2026.9", "jsonl"]) {
  test(`the fixture ${version}: nothing of it is touched, a second import adds nothing, a dry run says the same and does nothing`, async (t) => {
    const root = directoryOf(t);
    mkdirSync(root, { recursive: true });
    cpSync(join(import.meta.dirname, "../fixtures/openclaw", version), root, { recursive: true });
    const before = tracesIn(root);
    const { moving, dump } = await house(t, { "openclaw.json": "{}" });
    const looked = await moving.importOpenClaw({ from: root, dryRun: true });
    assert.deepEqual(Object.values(await dump()).flat(), []);
    const first = await moving.importOpenClaw({ from: root, dryRun: false });
    assert.deepEqual(first.sessions, looked.sessions);
    assert.deepEqual({ ...first, dryRun: true }, looked);
    assert.ok(first.totals.entries > 10, String(first.totals.entries));
    assert.deepEqual(first.troubles, []);
    const written = await dump();
    const second = await moving.importOpenClaw({ from: root, dryRun: false });
    assert.deepEqual([second.totals.added, second.totals.there], [0, first.totals.conversations]);
    assert.deepEqual(await dump(), written);
    assert.deepEqual(second.sessions.map(({ sha256 }) => sha256), first.sessions.map(({ sha256 }) => sha256));
    assert.deepEqual(tracesIn(root), before);
    const keys = first.sessions.map(({ key }) => key);
    for (const key of ["agent:main:main", "agent:coder:main", "agent:main:telegram:dm:111222333", "agent:main:telegram:group:-1001234567890:topic:42"]) assert.ok(keys.includes(key), `${key} in ${keys.join(" ")}`);
    t.diagnostic(JSON.stringify(first.totals));
  });
}
