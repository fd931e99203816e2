import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pid, ppid } from "node:process";
import { test } from "node:test";
import { entryLine } from "./entry-line.ts";
import { entry, KEY, session, SESSION_ID, withMirror, type Bench } from "./fixture.ts";
import { SESSION_PAGE } from "./source.ts";

const TRANSCRIPT = `${SESSION_ID}.jsonl`;
const LOCK = `${TRANSCRIPT}.lock`;

function begin({ store }: Bench, entries = 2): void {
  store.sessions.set(KEY, session());
  store.entries.set(SESSION_ID, Array.from({ length: entries }, (_, i) => entry(i + 1)));
}

const linesOf = (from: number, to: number): string => Array.from({ length: to - from + 1 }, (_, i) => entryLine(entry(from + i))).join("");

test("a touched session is in sessions.json and in its transcript, and both end with a line break", () =>
  withMirror(async (bench) => {
    begin(bench);
    bench.store.sessions.set("agent:main:main", session({ key: "agent:main:main", sessionId: "other" }));
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    const index = await bench.read("sessions.json");
    assert.deepEqual(Object.keys(JSON.parse(index) as object), ["agent:main:main", KEY]);
    assert.equal(index, `${JSON.stringify(JSON.parse(index), null, 2)}\n`);
    assert.equal(await bench.read(TRANSCRIPT), linesOf(1, 2));
    assert.deepEqual(await bench.names(), [".continuo-mirror", TRANSCRIPT, "sessions.json"]);
  }));

test("files belong to their owner alone, directories too", () =>
  withMirror(async (bench) => {
    begin(bench);
    bench.mirror.turnStarted(KEY, "main", SESSION_ID);
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    const modes = new Map<string, number>();
    for (const name of await bench.names()) modes.set(name, (await stat(join(bench.directory, name))).mode & 0o777);
    assert.deepEqual(Object.fromEntries(modes), { ".continuo-mirror": 0o600, [TRANSCRIPT]: 0o600, [LOCK]: 0o600, "sessions.json": 0o600 });
    for (const directory of [bench.directory, join(bench.root, "agents", "main"), join(bench.root, "agents")]) {
      assert.equal((await stat(directory)).mode & 0o777, 0o700);
    }
  }));

test("touching only marks: the store is not asked before the flush", () =>
  withMirror(async (bench) => {
    begin(bench);
    for (let i = 0; i < 100; i++) bench.mirror.touch(KEY);
    assert.equal(bench.store.calls.length, 0);
    await bench.mirror.flush();
    assert.equal(bench.store.calls.filter((call) => call.startsWith("session")).length, 1);
  }));

test("later entries are appended: the file is not written anew", () =>
  withMirror(async (bench) => {
    begin(bench);
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    const { ino } = await stat(join(bench.directory, TRANSCRIPT));
    bench.store.calls.length = 0;
    bench.store.entries.get(SESSION_ID)?.push(entry(3), entry(4));
    bench.mirror.turnEnded(KEY, "main", SESSION_ID);
    await bench.mirror.flush();
    assert.equal(await bench.read(TRANSCRIPT), linesOf(1, 4));
    assert.equal((await stat(join(bench.directory, TRANSCRIPT))).ino, ino);
    assert.deepEqual(bench.store.calls, [`amends ${SESSION_ID}`, "entries 2 100"]);
  }));

test("an entry that its sender changed is other in the file too: it is written anew, and appended to from then on", () =>
  withMirror(async (bench) => {
    begin(bench);
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    bench.store.entries.set(SESSION_ID, [entry(1, { text: "[message deleted]" }), entry(2)]);
    bench.store.amends.set(SESSION_ID, 1);
    bench.mirror.touchTranscript("main", SESSION_ID);
    await bench.mirror.flush();
    const lines = (await bench.read(TRANSCRIPT)).trim().split("\n").map((line) => (JSON.parse(line) as { content: string }).content);
    assert.deepEqual(lines, ["[message deleted]", "text 2"]);
    bench.store.calls.length = 0;
    bench.store.entries.get(SESSION_ID)?.push(entry(3));
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    assert.ok(bench.store.calls.includes("entries 2 100") && !bench.store.calls.includes("entries 0 100"));
  }));

test("the first touch in a process writes a transcript anew, so that what a killed one owed is there", () =>
  withMirror(async (bench) => {
    begin(bench, 250);
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    await writeFile(join(bench.directory, TRANSCRIPT), `${linesOf(1, 100)}{"role":"us`);
    await writeFile(join(bench.directory, `${TRANSCRIPT}.continuo-tmp`), "left over");
    const next = bench.again();
    next.touch(KEY);
    await next.flush();
    assert.equal(await bench.read(TRANSCRIPT), linesOf(1, 250));
    assert.deepEqual(await bench.names(), [".continuo-mirror", TRANSCRIPT, "sessions.json"]);
  }));

test("a transcript that somebody changed or removed is written anew", () =>
  withMirror(async (bench) => {
    begin(bench);
    const path = join(bench.directory, TRANSCRIPT);
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    for (const spoil of [() => appendFile(path, "scribble"), () => rm(path)]) {
      await spoil();
      bench.mirror.touch(KEY);
      await bench.mirror.flush();
      assert.equal(await bench.read(TRANSCRIPT), linesOf(1, 2));
    }
  }));

test("a new session id has its own transcript and the old one stays", () =>
  withMirror(async (bench) => {
    begin(bench);
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    bench.store.sessions.set(KEY, session({ sessionId: "next", counters: { messages: 0, inputTokens: null, outputTokens: null, totalTokens: null, compactions: 0, compactedAt: null } }));
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    assert.deepEqual(await bench.names(), [".continuo-mirror", TRANSCRIPT, "sessions.json"]);
    bench.store.entries.set("next", [entry(1, { sessionId: "next" })]);
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    const index = JSON.parse(await bench.read("sessions.json")) as Record<string, { uuid: string; created: string; messageCount: number }>;
    assert.equal(index[KEY]?.uuid, "next");
    assert.equal(index[KEY]?.created, "2026-03-15T08:00:00Z");
    assert.equal(index[KEY]?.messageCount, 0);
    assert.equal(await bench.read(TRANSCRIPT), linesOf(1, 2));
    assert.equal(await bench.read("next.jsonl"), linesOf(1, 1));
  }));

test("a session that the store no longer has leaves the list, and its transcript goes with its entries", () =>
  withMirror(async (bench) => {
    begin(bench);
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    bench.store.sessions.clear();
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    assert.equal(await bench.read("sessions.json"), "{}\n");
    assert.equal(await bench.read(TRANSCRIPT), linesOf(1, 2));
    bench.store.sessions.set(KEY, session());
    bench.store.entries.clear();
    const next = bench.again();
    next.touch(KEY);
    await next.flush();
    assert.deepEqual(await bench.names(), [".continuo-mirror", "sessions.json"]);
  }));

test("a lock tells who runs a turn since when, and goes when it ends", () =>
  withMirror(async (bench) => {
    begin(bench);
    bench.mirror.turnStarted(KEY, "main", SESSION_ID);
    await bench.mirror.flush();
    assert.deepEqual(JSON.parse(await bench.read(LOCK)), { pid, createdAt: "2026-03-18T10:01:00Z", sessionKey: KEY, sessionId: SESSION_ID });
    bench.mirror.turnEnded(KEY, "main", SESSION_ID);
    await bench.mirror.flush();
    assert.ok(!(await bench.names()).includes(LOCK));
  }));

test("starts and ends of one session keep their order, and close removes what is left", () =>
  withMirror(async (bench) => {
    for (let i = 0; i < 20; i++) {
      bench.mirror.turnStarted(KEY, "main", SESSION_ID);
      bench.mirror.turnEnded(KEY, "main", SESSION_ID);
    }
    bench.mirror.turnStarted(KEY, "main", SESSION_ID);
    await bench.mirror.flush();
    assert.ok((await bench.names()).includes(LOCK));
    await bench.mirror.close();
    assert.ok(!(await bench.names()).includes(LOCK));
    bench.mirror.turnStarted(KEY, "main", SESSION_ID);
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    assert.ok(!(await bench.names()).includes(LOCK));
  }));

test("locks of dead processes are removed at first use, those of living ones stay", () =>
  withMirror(async (bench) => {
    begin(bench);
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    await mkdir(bench.directory, { recursive: true });
    await writeFile(join(bench.directory, ".continuo-mirror"), "");
    const locks = { dead: JSON.stringify({ pid: dead }), before: JSON.stringify({ pid }), torn: '{"pi', living: JSON.stringify({ pid: ppid }) };
    for (const [name, text] of Object.entries(locks)) await writeFile(join(bench.directory, `${name}.jsonl.lock`), text);
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    assert.deepEqual((await bench.names()).filter((name) => name.endsWith(".lock")), ["living.jsonl.lock"]);
  }));

test("sessions of a real OpenClaw install stay byte for byte; the copy is kept beside them, told once", () =>
  withMirror(async (bench) => {
    begin(bench);
    const theirs = { "sessions.json": '{"agent:main:main":{"sessionId":"theirs"}}', "theirs.jsonl": "{}\n", [TRANSCRIPT]: "{}\n", "old.jsonl.lock": '{"pid":1}' };
    await mkdir(bench.directory, { recursive: true });
    for (const [name, text] of Object.entries(theirs)) await writeFile(join(bench.directory, name), text);
    const before = await stat(bench.directory);
    for (const mirror of [bench.mirror, bench.again()]) {
      bench.lines.length = 0;
      mirror.turnStarted(KEY, "main", SESSION_ID);
      mirror.touch(KEY);
      await mirror.flush();
      mirror.turnEnded(KEY, "main", SESSION_ID);
      await mirror.flush();
      assert.deepEqual(bench.lines.map(({ level, fields }) => [level, fields["mirror"]]), [["warn", `${bench.directory}.continuo`]]);
    }
    assert.deepEqual(await bench.names(), Object.keys(theirs).sort());
    for (const [name, text] of Object.entries(theirs)) assert.equal(await bench.read(name), text);
    const after = await stat(bench.directory);
    assert.deepEqual([after.mode, after.mtimeMs], [before.mode, before.mtimeMs]);
    assert.equal(await readFile(join(`${bench.directory}.continuo`, TRANSCRIPT), "utf8"), linesOf(1, 2));
    assert.equal(Object.keys(JSON.parse(await readFile(join(`${bench.directory}.continuo`, "sessions.json"), "utf8")) as object).length, 1);
  }));

for (const bad of ["../../escape", "a/b", "a.b", "", "x".repeat(129), "nul\0"]) {
  test(`an id that cannot name a file is refused and told: ${JSON.stringify(bad.slice(0, 20))}`, () =>
    withMirror(async (bench) => {
      bench.mirror.turnStarted(KEY, "main", bad);
      bench.mirror.turnEnded(KEY, bad, SESSION_ID);
      bench.store.sessions.set(KEY, session({ sessionId: bad }));
      bench.store.entries.set(bad, [entry(1)]);
      bench.store.sessions.set("other", session({ key: "other", agentId: bad }));
      bench.mirror.touch(KEY);
      bench.mirror.touch("other");
      await bench.mirror.flush();
      assert.deepEqual(await readdir(bench.root), []);
      assert.equal(bench.lines.length, 2);
      assert.ok(bench.lines.every(({ level }) => level === "warn"));
    }));
}

test("a directory that cannot be written is told once with its cure, and caught up when it can", () =>
  withMirror(async (bench) => {
    begin(bench);
    const obstacle = join(bench.root, "agents");
    await writeFile(obstacle, "");
    for (let i = 0; i < 3; i++) {
      bench.mirror.touch(KEY);
      await bench.mirror.flush();
    }
    assert.equal(bench.lines.length, 1);
    assert.deepEqual([bench.lines[0]?.level, bench.lines[0]?.fields["path"], bench.lines[0]?.fields["code"]], ["warn", bench.directory, "ENOTDIR"]);
    assert.match(String(bench.lines[0]?.fields["cure"]), /session\.mirror/);
    await rm(obstacle);
    await bench.mirror.flush();
    assert.equal(await bench.read(TRANSCRIPT), linesOf(1, 2));
    assert.ok((await bench.names()).includes("sessions.json"));
    assert.deepEqual(bench.lines.map(({ level }) => level), ["warn", "info"]);
  }));

test("a directory that is removed while the gateway runs comes back whole", () =>
  withMirror(async (bench) => {
    begin(bench);
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    await rm(join(bench.root, "agents"), { recursive: true });
    bench.store.sessions.set(KEY, session({ running: true }));
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    await bench.mirror.flush();
    assert.equal(await bench.read(TRANSCRIPT), linesOf(1, 2));
    assert.match(await bench.read("sessions.json"), /"running"/);
  }));

test("a store that cannot be read is told once, and asked again", () =>
  withMirror(async (bench) => {
    begin(bench);
    bench.store.failing = true;
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    await bench.mirror.flush();
    assert.equal(bench.lines.length, 1);
    bench.store.failing = false;
    await bench.mirror.flush();
    assert.equal(await bench.read(TRANSCRIPT), linesOf(1, 2));
  }));

test("thousands of sessions are written from the store in pages", () =>
  withMirror(async (bench) => {
    const { store, mirror } = bench;
    const keys = Array.from({ length: 5_000 }, (_, i) => `agent:main:telegram:dm:${i}`);
    for (const key of keys) store.sessions.set(key, session({ key }));
    const first = keys[0] ?? "";
    mirror.touch(first);
    await mirror.flush();
    assert.deepEqual(new Set(store.calls.filter((call) => call.startsWith("page"))), new Set([`page ${SESSION_PAGE}`]));
    assert.equal(store.calls.filter((call) => call.startsWith("page")).length, 5_000 / SESSION_PAGE + 1);
    store.calls.length = 0;
    store.sessions.set(first, session({ key: first, label: "renamed" }));
    mirror.touch(first);
    await mirror.flush();
    assert.equal(store.calls.filter((call) => call.startsWith("page")).length, 5_000 / SESSION_PAGE + 1);
    const index = JSON.parse(await bench.read("sessions.json")) as Record<string, { label?: string }>;
    assert.equal(Object.keys(index).length, 5_000);
    assert.equal(index[first]?.label, "renamed");
  }));

test("a row that says the same as before does not write the list again", () =>
  withMirror(async (bench) => {
    begin(bench);
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    const { ino, mtimeMs } = await stat(join(bench.directory, "sessions.json"));
    bench.mirror.touch(KEY);
    await bench.mirror.flush();
    const after = await stat(join(bench.directory, "sessions.json"));
    assert.deepEqual([after.ino, after.mtimeMs], [ino, mtimeMs]);
  }));

test("close flushes what was touched", () =>
  withMirror(async (bench) => {
    begin(bench);
    bench.mirror.touch(KEY);
    await bench.mirror.close();
    assert.equal(await bench.read(TRANSCRIPT), linesOf(1, 2));
  }));
