import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Progress, Watched } from "../cli/deps.ts";
import { isContinuoError } from "../domain/errors.ts";
import { digestTables } from "../store/copy/read-all.ts";
import { openRows } from "../store/engines/sqlite/copy/source.ts";
import { migrateSqlite, newestSchema } from "../store/migrate.ts";
import { createBackup, verifyBackup } from "./backup.ts";
import { holdState, prepareStateDir } from "./holder.ts";
import { restoreBackup } from "./restore.ts";
import { statePaths } from "./state-paths.ts";
import { sqliteOnly } from "../../test/store/engine.ts";

const FILE = sqliteOnly("the rows of its file are what a backup is made of");

const AT = Date.parse("2026-11-21T13:25:01Z");
const clock = { now: () => AT };
const CONFIG = '{ /* mine */ gateway: { auth: { token: "a-token-that-is-long-enough" } }, $include: "more.json5" }';

function quietly(signal: AbortSignal = new AbortController().signal): Watched & { readonly seen: Progress[] } {
  const seen: Progress[] = [];
  return { signal, seen, onProgress: (progress) => void seen.push(progress) };
}

interface Scene {
  readonly root: string;
  readonly stateDir: string;
  readonly database: string;
  backup(to?: string, watched?: Watched): ReturnType<typeof createBackup>;
  restore(file: string, options: { to?: string; force?: boolean }, watched?: Watched): ReturnType<typeof restoreBackup>;
}

/** A state directory with `rows` entries in it. */
function scene(t: TestContext, rows = 300, schema = newestSchema()): Scene {
  const root = mkdtempSync(join(tmpdir(), "continuo-backup-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const stateDir = join(root, "state");
  const files = statePaths(stateDir);
  mkdirSync(files.directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(stateDir, "openclaw.json"), CONFIG);
  writeFileSync(join(stateDir, "more.json5"), "{ session: { dmScope: 'auto' } }");
  writeFileSync(files.secret, "the-secret\n");
  const database = new DatabaseSync(files.database);
  database.exec("pragma journal_mode = wal");
  migrateSqlite(database, schema);
  const put = database.prepare(
    "insert into entries (session_id, seq, id, session_key, role, text, at, channel, account, chat, sender_id, audience) values ('s', ?, ?, 'agent:main:main', 'user', ?, 1, 'webchat', 'default', 'operator', 'operator', 'owner')",
  );
  database.exec("begin");
  for (let seq = 1; seq <= rows; seq++) put.run(seq, `e${seq}`, `message ${seq} ${"ü".repeat(seq)}`);
  database.exec("insert into events (at, kind, data) values (1, 'x', '{}'); commit");
  database.close();
  const env = { OPENCLAW_STATE_DIR: stateDir };
  return {
    root,
    stateDir,
    database: files.database,
    backup: (to, watched = quietly()) => createBackup({ env, version: "1.2.3", clock, pid: process.pid }, to ?? null, watched),
    restore: (file, { to, force = false }, watched = quietly()) => restoreBackup({ env, clock }, file, { to: to ?? null, force }, watched),
  };
}

async function digestOf(path: string) {
  const source = openRows(path);
  const digests = await digestTables(source);
  await source.close();
  return digests;
}

const refusal = (code: string, words: RegExp) => (error: unknown) => isContinuoError(error) && error.code === code && words.test(error.message);

test("a backup holds every row, the configuration and the secret, and is for its owner alone", FILE, async (t) => {
  const { stateDir, backup } = scene(t);
  const watched = quietly();
  const { path, manifest, bytes } = await backup(undefined, watched);
  assert.equal(path, join(stateDir, "backups", "continuo-2026-11-21-132501.backup"));
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(path).size, bytes);
  assert.deepEqual(readdirSync(dirname(path)), ["continuo-2026-11-21-132501.backup"], "nothing else is left");
  assert.deepEqual([manifest.product, manifest.engine, manifest.at, manifest.counters], ["1.2.3", "sqlite", AT, { events: 1 }]);
  assert.equal(manifest.tables.find(({ name }) => name === "entries")?.rows, 300);
  assert.deepEqual(manifest.files.map(({ name }) => name), ["config/openclaw.json", "config/more.json5", "continuo/device-secret"]);
  assert.deepEqual([...new Set(watched.seen.map(({ phase }) => phase))], ["snapshot", "write"]);
  const last = watched.seen.at(-1);
  assert.equal(last?.done, last?.total);
  assert.deepEqual(await verifyBackup(path, quietly()), manifest);
  await assert.rejects(backup(path), refusal("BACKUP_EXISTS", /is there already/));
});

test("a restored directory has the same rows, configuration and secret", FILE, async (t) => {
  const { root, database, backup, restore } = scene(t);
  const { path } = await backup(join(root, "one.backup"));
  const to = join(root, "other");
  const { movedAside } = await restore(path, { to });
  const restored = statePaths(to);
  assert.deepEqual(movedAside, []);
  assert.deepEqual(await digestOf(restored.database), await digestOf(database));
  assert.equal(readFileSync(join(to, "openclaw.json"), "utf8"), CONFIG);
  assert.equal(readFileSync(restored.secret, "utf8"), "the-secret\n");
  assert.deepEqual([restored.database, restored.secret, join(to, "openclaw.json")].map((file) => statSync(file).mode & 0o777), [0o600, 0o600, 0o600]);
  assert.deepEqual(readdirSync(restored.directory).sort(), ["continuo.sqlite", "device-secret", "gateway.lock"]);
});

test("a backup of an older schema is brought up to date when it is restored", FILE, async (t) => {
  const { root, database, backup, restore } = scene(t, 10, 1);
  const { path, manifest } = await backup(join(root, "old.backup"));
  assert.equal(manifest.schema, 1);
  assert.equal(new DatabaseSync(database, { readOnly: true }).prepare("pragma user_version").get()?.user_version, 1, "backing up changes nothing");
  await restore(path, { to: join(root, "other") });
  const restored = new DatabaseSync(statePaths(join(root, "other")).database, { readOnly: true });
  assert.equal(restored.prepare("pragma user_version").get()?.user_version, newestSchema());
  assert.equal(restored.prepare("select messages from participants").get()?.messages, 10);
  restored.close();
});

test("whatever is wrong with a backup is found before anything is written", FILE, async (t) => {
  const { root, backup, restore } = scene(t);
  const { path } = await backup(join(root, "good.backup"));
  const bytes = readFileSync(path);
  const text = zstdDecompressSync(bytes).toString("utf8");
  const lines = text.split("\n");
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(bytes.length >> 1) ^ 0x20, bytes.length >> 1);
  const packed = (changed: string) => zstdCompressSync(Buffer.from(changed));
  const entry = lines.findIndex((line) => line.startsWith("[") && line.includes("message 17 "));
  const broken: Readonly<Record<string, readonly [Uint8Array, string, RegExp]>> = {
    "cut off": [bytes.subarray(0, bytes.length - 30), "BACKUP_DAMAGED", /cut off/],
    "cut off at the end of a line": [packed(`${lines.slice(0, -2).join("\n")}\n`), "BACKUP_DAMAGED", /ends too early/],
    "a flipped bit": [flipped, "BACKUP_DAMAGED", /./],
    "a changed word": [packed(text.replace("message 17 ", "massage 17 ")), "BACKUP_DAMAGED", /table entries is not as it was written/],
    "a lost row": [packed(lines.toSpliced(entry, 1).join("\n")), "BACKUP_DAMAGED", /entries has 299 rows, and should have 300/],
    "another file in it": [packed(text.replace('"base64":"dGhl', '"base64":"dGhh')), "BACKUP_DAMAGED", /the files in it/],
    "another head": [packed(text.replace('"product":"1.2.3"', '"product":"1.2.4"')), "BACKUP_DAMAGED", /the checksum over all of it/],
    "something else": [Buffer.from("no backup at all"), "BACKUP_DAMAGED", /no backup at all/],
    "something else, compressed": [packed("[1]\n"), "BACKUP_DAMAGED", /not a backup of Continuo/],
    nothing: [Buffer.alloc(0), "BACKUP_DAMAGED", /cut off/],
    "a newer schema": [packed(text.replaceAll(`"schema":${newestSchema()}`, '"schema":999')), "STORE_NEWER", /schema 999/],
    "a newer format": [packed(text.replaceAll('"version":1', '"version":2')), "STORE_NEWER", /format 2/],
  };
  const to = join(root, "other");
  for (const [name, [content, code, words]] of Object.entries(broken)) {
    const file = join(root, "broken.backup");
    writeFileSync(file, content);
    await assert.rejects(verifyBackup(file, quietly()), refusal(code, words), name);
    await assert.rejects(restore(file, { to }), refusal(code, words), name);
    assert.equal(existsSync(to), false, name);
  }
  await assert.rejects(verifyBackup(join(root, "nowhere"), quietly()), refusal("REQUEST_INVALID", /cannot be opened/));
});

test("a directory in use is left alone; one with a database needs --force, which moves aside and deletes nothing", FILE, async (t) => {
  const { root, stateDir, database, backup, restore } = scene(t);
  const { path } = await backup(join(root, "one.backup"));
  const before = await digestOf(database);
  const late = new DatabaseSync(database);
  late.exec("insert into events (at, kind, data) values (2, 'late', '{}')");
  late.close();
  writeFileSync(join(stateDir, "openclaw.json"), "{ changed: true }");
  const files = statePaths(stateDir);
  prepareStateDir(stateDir, files);
  const held = holdState(stateDir, files);
  await assert.rejects(restore(path, { force: true }), refusal("STATE_LOCKED", /in use/));
  held.release();
  await assert.rejects(restore(path, {}), refusal("STATE_OCCUPIED", /has a database already/));
  const { movedAside } = await restore(path, { force: true });
  assert.deepEqual(await digestOf(database), before);
  const [config, kept] = movedAside;
  assert.ok(config && kept);
  assert.equal(readFileSync(config, "utf8"), "{ changed: true }");
  const old = new DatabaseSync(kept, { readOnly: true });
  assert.equal(old.prepare("select count(*) as n from events").get()?.n, 2, "what came after the backup is in the file that was moved aside");
  old.close();
});

test("what was stopped leaves nothing behind, and what a killed command left is removed by the next", FILE, async (t) => {
  const { root, backup, restore } = scene(t, 2_000);
  for (const phase of ["snapshot", "write"] as const) {
    const abort = new AbortController();
    const watched = { signal: abort.signal, onProgress: (progress: Progress) => progress.phase === phase && abort.abort(new Error("stopped")) };
    await assert.rejects(backup(join(root, "one.backup"), watched), /stopped/, phase);
    assert.deepEqual(readdirSync(root), ["state"], phase);
  }
  const dead = 2 ** 22 + 1;
  for (const name of [`one.backup.${dead}.partial`, `one.backup.${dead}.snapshot`, `continuo-2026-01-01-000000.backup.${dead}.snapshot`]) writeFileSync(join(root, name), "x");
  writeFileSync(join(root, `one.backup.${process.ppid}.partial`), "somebody is at it");
  const { path } = await backup(join(root, "one.backup"));
  assert.deepEqual(readdirSync(root).sort(), ["one.backup", `one.backup.${process.ppid}.partial`, "state"]);
  for (const phase of ["read", "restore", "compare"] as const) {
    const abort = new AbortController();
    const watched = { signal: abort.signal, onProgress: (progress: Progress) => progress.phase === phase && abort.abort(new Error("stopped")) };
    const to = join(root, phase);
    await assert.rejects(restore(path, { to }, watched), /stopped/, phase);
    assert.equal(existsSync(statePaths(to).database), false);
    await restore(path, { to });
  }
});
