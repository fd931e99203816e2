import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { createIds } from "../../src/domain/ids.ts";
import { appendEntries } from "../../src/sessions/transcript.ts";
import { isContinuoError } from "../../src/domain/errors.ts";
import { ENGINE } from "../store/engine.ts";
import { directoryOf, house, NOW, tracesIn, type Files, type House } from "./house.ts";

const DIR = "agents/main/sessions";

/** All that a round trip keeps: why an earlier conversation ended is told by neither form of file. */
async function essence({ dump }: House): Promise<unknown> {
  const { conversations, ...rest } = await dump();
  return { ...rest, conversations: conversations?.map((row) => ({ ...row, ended_reason: "", usage: "" })) };
}

function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => statSync(join(root, name)).isFile()).toSorted();
}

/** What two exports say, file by file. */
function contents(root: string): Record<string, string> {
  return Object.fromEntries(filesIn(root).map((name) => [name, readFileSync(join(root, name), "utf8")]));
}

test("what OpenClaw wrote, imported and exported and imported again, is the same; the files are for their owner alone", async (t) => {
  const root = directoryOf(t);
  cpSync(join(import.meta.dirname, "../fixtures/openclaw/2026.9"), root, { recursive: true });
  const first = await house(t);
  await first.moving.importOpenClaw({ from: root, dryRun: false });
  const to = join(directoryOf(t), "out");
  const report = await first.moving.exportOpenClaw({ to, force: false });
  assert.equal(report.totals.entries, 18);
  for (const name of filesIn(to)) assert.equal(statSync(join(to, name)).mode & 0o777, 0o600, name);
  assert.equal(statSync(join(to, DIR)).mode & 0o777, 0o700);
  const rows = JSON.parse(readFileSync(join(to, DIR, "sessions.json"), "utf8")) as Record<string, { sessionId: string }>;
  assert.deepEqual(Object.keys(rows).toSorted(), ["agent:main:main", "agent:main:telegram:direct:111222333", "agent:main:telegram:group:-1001234567890", "agent:main:telegram:group:-1001234567890:topic:42"]);
  const second = await house(t);
  const again = await second.moving.importOpenClaw({ from: to, dryRun: false });
  assert.deepEqual(again.troubles, []);
  assert.deepEqual(await essence(second), await essence(first));
  const back = await first.moving.importOpenClaw({ from: to, dryRun: false });
  assert.equal(back.totals.added, 0, "what was exported adds nothing to where it came from");
});

test("P15 one command gives the old layout back, with what was said since", async (t) => {
  const id = "f8282125-0000-4000-8000-000000000001";
  const root = directoryOf(t, {
    [`${DIR}/sessions.json`]: JSON.stringify({ "agent:main:main": { sessionId: id, updatedAt: 1_773_828_060_000 } }),
    [`${DIR}/${id}.jsonl`]: '{"role":"user","content":"Hello","timestamp":"2026-03-18T10:00:00Z"}\n',
  });
  const { moving, store } = await house(t);
  await moving.importOpenClaw({ from: root, dryRun: false });
  const from = { senderId: "operator", senderName: null, person: null, address: { channel: "webchat", account: "default", chat: "operator", thread: null }, audience: "owner" };
  const none = { turnId: null, from, model: null, usage: null, stopReason: null };
  await store.transaction((tx) => appendEntries(tx, { key: "agent:main:main", sessionId: id }, [{ ...none, role: "user", text: "Still there?", at: NOW }, { ...none, role: "assistant", text: "Always.", at: NOW + 1 }, { ...none, role: "system", text: "A notice", at: NOW + 2 }], createIds({ now: () => NOW })), "agent:main:main");
  const to = directoryOf(t);
  await moving.exportOpenClaw({ to, force: false });
  const lines = readFileSync(join(to, DIR, `${id}.jsonl`), "utf8").trim().split("\n").map((line) => JSON.parse(line) as { type: string; id: string; parentId: string | null; message?: { role: string; content: { text: string }[] } });
  assert.deepEqual(lines.map(({ type, message }) => [type, message?.role, message?.content[0]?.text]), [["session", undefined, undefined], ["message", "user", "Hello"], ["message", "user", "Still there?"], ["message", "assistant", "Always."], ["custom", undefined, undefined]]);
  for (const [index, line] of lines.entries()) if (index > 1) assert.equal(line.parentId, lines[index - 1]?.id);
});

test("an export never writes over a real installation, unless it is told to, and then moves it aside", async (t) => {
  const files: Files = { [`${DIR}/sessions.json`]: "{}", [`${DIR}/x.jsonl`]: "", "openclaw.json": "{ /* mine */ }" };
  const to = directoryOf(t, files);
  const before = tracesIn(to);
  const source = directoryOf(t, { [`${DIR}/x.jsonl`]: '{"role":"user","content":"Hello","timestamp":"2026-03-18T10:00:00Z"}\n' });
  const { moving, stateDir } = await house(t);
  await moving.importOpenClaw({ from: source, dryRun: false });
  await assert.rejects(moving.exportOpenClaw({ to, force: false }), (error) => isContinuoError(error) && error.code === "STATE_OCCUPIED");
  assert.deepEqual(tracesIn(to), before);
  const report = await moving.exportOpenClaw({ to, force: true });
  assert.equal(report.movedAside.length, 1);
  assert.deepEqual(filesIn(report.movedAside[0] ?? ""), ["sessions.json", "x.jsonl"]);
  assert.equal(readFileSync(join(to, "openclaw.json"), "utf8"), files["openclaw.json"]);
  await moving.exportOpenClaw({ to, force: false });
  await assert.rejects(moving.exportOpenClaw({ to: stateDir, force: true }), (error) => isContinuoError(error) && error.code === "REQUEST_INVALID");
  const mirrored = directoryOf(t, { [`${DIR}/.continuo-mirror`]: "" });
  await assert.rejects(moving.exportOpenClaw({ to: mirrored, force: true }), (error) => isContinuoError(error) && error.code === "REQUEST_INVALID");
  assert.ok(existsSync(join(to, DIR, ".continuo-export")));
});

const words = fc.string({ unit: fc.constantFrom("a", "B", " ", "\n", "\u00fc", "\u4f60", "\u{1F511}", '"', "\\", "\u0000", "\ud800"), maxLength: 12 });
const time = fc.integer({ min: 1_600_000_000_000, max: NOW });

const message = fc.record({
  role: fc.constantFrom("user", "assistant", "toolResult", "system"),
  text: words,
  at: time,
  /** How many lines above its parent stands; 0: it says nothing of it. */
  back: fc.integer({ min: 0, max: 4 }),
  form: fc.constantFrom("tree", "blocks", "flat", "compaction", "link"),
});

const row = fc.record({
  updatedAt: time,
  sessionStartedAt: fc.option(time, { nil: undefined }),
  lastInteractionAt: fc.option(time, { nil: undefined }),
  label: fc.option(words, { nil: undefined }),
  subject: fc.option(words, { nil: undefined }),
  inputTokens: fc.option(fc.nat(9_999), { nil: undefined }),
  outputTokens: fc.option(fc.nat(9_999), { nil: undefined }),
  thinkingLevel: fc.option(fc.constantFrom("off", "high"), { nil: undefined }),
  queueMode: fc.option(fc.constantFrom("steer", "collect"), { nil: undefined }),
  modelOverride: fc.option(fc.constantFrom("m/odel", "plain"), { nil: undefined }),
  deliveryContext: fc.option(fc.record({ channel: fc.constantFrom("telegram", "slack"), to: fc.constantFrom("42", "telegram:-100", "user:U0Abc"), accountId: fc.constantFrom("default", "work"), threadId: fc.option(fc.constantFrom("7", 9), { nil: undefined }) }), { nil: undefined }),
});

const KEYS = ["agent:main:main", "agent:main:telegram:direct:42", "agent:main:telegram:dm:43", "agent:main:slack:work:direct:u0abc", "agent:main:telegram:group:-100:topic:7", "agent:main:slack:channel:c1", "agent:main:direct:ann", "agent:main:cron:daily", "agent:coder:main", "main"];

type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

function lineOf({ role, text, at, back, form }: Message, index: number): object {
  const id = `e${index}`;
  const parentId = back === 0 ? undefined : index - back < 0 ? null : `e${index - back}`;
  const timestamp = new Date(at).toISOString();
  if (form === "link") return { type: "model_change", id, parentId, timestamp, provider: "stub", modelId: "stub-1" };
  if (form === "compaction") return { type: "compaction", id, parentId, timestamp, summary: text, firstKeptEntryId: `e${Math.max(0, index - 1)}`, tokensBefore: 10 };
  if (form === "flat") return { role, content: text, timestamp };
  const content = form === "blocks" ? [{ type: "text", text }, { type: "toolCall", id: "c", name: "x", arguments: { a: text } }] : text;
  return { type: "message", id, parentId, timestamp, message: { role, content, timestamp: at, ...(role === "assistant" ? { provider: "stub", model: "s/1", usage: { input: 1, output: 2, cacheRead: 0, cacheWrite: 0, totalTokens: 3 }, stopReason: "stop" } : {}) } };
}

const sources = fc.uniqueArray(fc.record({ key: fc.constantFrom(...KEYS), row, lines: fc.array(message, { maxLength: 14 }), putAway: fc.option(time, { nil: undefined }) }), { selector: ({ key }) => key, minLength: 1, maxLength: 5 });

test("a round trip is the same for whatever is there: keys, ids, order, times, counters, routes and labels", async (t) => {
  await fc.assert(
    fc.asyncProperty(sources, async (sessions) => {
      const root = directoryOf(t);
      const rows: Record<string, object> = {};
      mkdirSync(join(root, DIR), { recursive: true });
      for (const [index, session] of sessions.entries()) {
        const sessionId = `f8282125-0000-4000-8000-00000000000${index}`;
        const gone = session.putAway === undefined ? "" : `.reset.${new Date(session.putAway).toISOString().replaceAll(":", "-")}`;
        if (gone === "") rows[session.key] = { ...session.row, sessionId };
        writeFileSync(join(root, DIR, `${sessionId}.jsonl${gone}`), session.lines.map((line, number) => `${JSON.stringify(lineOf(line, number))}\n`).join(""));
      }
      writeFileSync(join(root, DIR, "sessions.json"), JSON.stringify(rows));
      const first = await house(t);
      const report = await first.moving.importOpenClaw({ from: root, dryRun: false });
      assert.deepEqual(report.troubles.filter(({ why }) => !why.startsWith("it follows a line")), []);
      const [to, other] = [directoryOf(t), directoryOf(t)];
      await first.moving.exportOpenClaw({ to, force: false });
      const second = await house(t);
      const again = await second.moving.importOpenClaw({ from: to, dryRun: false });
      assert.deepEqual(again.troubles, []);
      assert.deepEqual(await essence(second), await essence(first));
      await second.moving.exportOpenClaw({ to: other, force: false });
      assert.deepEqual(contents(other), contents(to));
    }),
    { numRuns: ENGINE === "postgres" ? 4 : 15 },
  );
});
