/**
 * P15: an upgrade, a backup and a restore that are killed at any step and begun again end as if nothing had happened.
 * CONTINUO_KILL_STEPS says how many steps are tried of each; by default some, spread over all of them.
 */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import { verifyBackup, createBackup } from "../../src/main/backup.ts";
import { restoreBackup } from "../../src/main/restore.ts";
import { digestTables } from "../../src/store/copy/read-all.ts";
import { openRows } from "../../src/store/engines/sqlite/copy/source.ts";
import { migrateSqlite, newestSchema } from "../../src/store/migrate.ts";
import { fillStore } from "../stores/filler.ts";
import type { Mortal } from "./mortal.ts";
import { sqliteOnly } from "../store/engine.ts";

const FILE = sqliteOnly("its file is brought up to date, backed up and restored");

const TRIED = Number(process.env["CONTINUO_KILL_STEPS"] ?? 4);

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "continuo-upgrade-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Runs a job in a process that kills itself at its `dieAt`-th step; answers how many it took, null when it was killed. */
async function run(job: Mortal): Promise<number | null> {
  const child = fork(new URL("./mortal.ts", import.meta.url), [JSON.stringify(job)], { stdio: ["ignore", "ignore", "pipe", "ipc"], execArgv: ["--disable-warning=ExperimentalWarning"] });
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (words += text));
  const told: { steps: number | null } = { steps: null };
  child.on("message", (message: { steps: number }) => (told.steps = message.steps));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  assert.ok(code === 0 || signal === "SIGKILL", `it ended with ${code ?? signal}: ${words}`);
  return signal === null ? told.steps : null;
}

/** Some of the steps from the first to the last, both among them. */
function spread(steps: number): number[] {
  const count = Math.min(TRIED, steps);
  return [...new Set(Array.from({ length: count }, (_, index) => 1 + Math.round((index * (steps - 1)) / Math.max(1, count - 1))))];
}

async function digestOf(path: string) {
  const source = openRows(path);
  const digests = await digestTables(source);
  await source.close();
  return digests;
}

/** A store of the first schema with something in every table that it has. */
function oldStore(path: string): void {
  const database = new DatabaseSync(path);
  migrateSqlite(database, 1);
  database.exec("begin");
  const put = database.prepare(
    "insert into entries (session_id, seq, id, session_key, role, text, at, channel, account, chat, sender_id, sender_name, audience) values (?, ?, ?, ?, 'user', ?, ?, 'telegram', 'default', ?, ?, 'Ann', ?)",
  );
  for (let n = 0; n < 400; n++) put.run(`s${n % 20}`, n, `e${n}`, `agent:main:telegram:dm:${n % 20}`, `words ${n}`, n, `${n % 20}`, `${n % 20}`, `peer:telegram:default:${n % 20}`);
  database.exec("commit");
  database.close();
}

test("P15 an upgrade killed at any of its steps and begun again ends with the same rows as one that was not", FILE, async (t) => {
  const root = directory(t);
  const old = join(root, "old.sqlite");
  oldStore(old);
  const fresh = (name: string): string => {
    const path = join(root, name);
    copyFileSync(old, path);
    return path;
  };
  const reference = fresh("reference.sqlite");
  const steps = await run({ kind: "migrate", path: reference, dieAt: 0 });
  assert.ok(steps !== null && steps > 50, "every statement is a step");
  const expected = await digestOf(reference);
  const tried = spread(steps);
  for (const dieAt of tried) {
    const path = fresh("killed.sqlite");
    assert.equal(await run({ kind: "migrate", path, dieAt }), null, `it was killed at step ${dieAt}`);
    const database = new DatabaseSync(path);
    migrateSqlite(database);
    assert.deepEqual({ ...database.prepare("pragma integrity_check").get() }, { integrity_check: "ok" });
    assert.equal(database.prepare("pragma user_version").get()?.user_version, newestSchema());
    database.close();
    assert.deepEqual(await digestOf(path), expected, `killed at step ${dieAt} of ${steps}`);
    rmSync(path);
  }
  t.diagnostic(`killed at ${tried.length} of ${steps} steps: the same ${[...expected.values()].reduce((sum, { rows }) => sum + rows, 0)} rows each time`);
});

function house(root: string, name: string, filled: boolean): { stateDir: string; database: string } {
  const stateDir = join(root, name);
  const database = join(stateDir, "continuo", "continuo.sqlite");
  mkdirSync(join(stateDir, "continuo"), { recursive: true });
  writeFileSync(join(stateDir, "openclaw.json"), `{ /* of ${name} */ }`);
  if (filled) fillStore(database, { sessions: 40, bytes: 6e6 });
  return { stateDir, database };
}

const quietly = () => ({ signal: new AbortController().signal, onProgress: () => undefined });

test("P15 a backup killed at any moment leaves no file that could be taken for one, and the next clears up", FILE, async (t) => {
  const root = directory(t);
  const { stateDir, database } = house(root, "state", true);
  const expected = await digestOf(database);
  const target = join(root, "saved", "one.backup");
  mkdirSync(join(root, "saved"));
  const steps = await run({ kind: "backup", stateDir, to: target, dieAt: 0 });
  assert.ok(steps !== null && steps > 5);
  rmSync(target);
  const tried = spread(steps);
  for (const dieAt of tried) {
    assert.equal(await run({ kind: "backup", stateDir, to: target, dieAt }), null);
    for (const name of readdirSync(join(root, "saved"))) {
      const verified = verifyBackup(join(root, "saved", name), quietly());
      // Under its own name it is whole, or it is not there; whatever else is left is refused.
      if (name === "one.backup") await verified;
      else await assert.rejects(verified, { code: "BACKUP_DAMAGED" });
    }
    rmSync(target, { force: true });
    assert.deepEqual(await digestOf(database), expected, "and the store is as it was");
  }
  const { manifest } = await createBackup({ env: { OPENCLAW_STATE_DIR: stateDir }, version: "0", clock: { now: () => 1 }, pid: process.pid }, target, quietly());
  assert.deepEqual(readdirSync(join(root, "saved")), ["one.backup"]);
  assert.deepEqual(manifest.tables.map(({ rows }) => rows), [...expected.values()].map(({ rows }) => rows));
  t.diagnostic(`killed at ${tried.length} of ${steps} steps`);
});

test("P15 a restore killed at any moment has changed all or nothing, and the same command ends it", FILE, async (t) => {
  const root = directory(t);
  const { stateDir, database } = house(root, "state", true);
  const expected = await digestOf(database);
  const path = join(root, "one.backup");
  await createBackup({ env: { OPENCLAW_STATE_DIR: stateDir }, version: "0", clock: { now: () => 1 }, pid: process.pid }, path, quietly());
  for (const force of [false, true]) {
    const make = (name: string) => {
      rmSync(join(root, name), { recursive: true, force: true });
      const made = house(root, name, false);
      if (force) fillStore(made.database, { sessions: 2, bytes: 50_000 });
      else rmSync(join(made.stateDir, "openclaw.json"));
      return made;
    };
    const steps = await run({ kind: "restore", path, to: make("other").stateDir, force, dieAt: 0 });
    assert.ok(steps !== null && steps > 10);
    const tried = spread(steps);
    for (const dieAt of tried) {
      const other = make("other");
      const before = force ? await digestOf(other.database) : null;
      assert.equal(await run({ kind: "restore", path, to: other.stateDir, force, dieAt }), null);
      const now = existsSync(other.database) ? await digestOf(other.database) : null;
      const isNew = now !== null && JSON.stringify([...now]) === JSON.stringify([...expected]);
      if (!isNew) assert.deepEqual(now, before, `killed at step ${dieAt}: the old one, whole`);
      await restoreBackup({ env: {}, clock: { now: () => 2_000 + dieAt * 1_000 } }, path, { to: other.stateDir, force: force || isNew }, quietly());
      assert.deepEqual(await digestOf(other.database), expected);
    }
    t.diagnostic(`${force ? "over an older store" : "into an empty directory"}: killed at ${tried.length} of ${steps} steps`);
  }
});
