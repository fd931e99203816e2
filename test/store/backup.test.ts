import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { systemClock } from "../../src/domain/clock.ts";
import { isContinuoError } from "../../src/domain/errors.ts";
import { createBackup, verifyBackup } from "../../src/main/backup.ts";
import { restoreBackup } from "../../src/main/restore.ts";
import { openPostgresPort } from "../../src/store/engines/postgres/copy/port.ts";
import { createDatabase, dropDatabase, joinRun, openDatabase } from "./databases.ts";
import { ENGINE, betweenEngines } from "./engine.ts";
import { fillStore } from "../stores/filler.ts";

const BOTH = betweenEngines("a backup of one engine is restored into the other");
if (ENGINE === "postgres") await joinRun();

const watched = { signal: new AbortController().signal, onProgress: () => undefined };

function root(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "continuo-backups-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function database(t: TestContext): Promise<string> {
  const url = await createDatabase();
  t.after(() => dropDatabase(url));
  return url;
}

const backupOf = (stateDir: string, to: string) => createBackup({ env: { OPENCLAW_STATE_DIR: stateDir }, version: "1.2.3", clock: systemClock, pid: process.pid }, to, watched);
const restoreTo = (file: string, to: string, store: string | null) => restoreBackup({ env: {}, clock: systemClock }, file, { to, force: false, store }, watched);
const refused = (code: string) => (error: unknown) => isContinuoError(error) && error.code === code;

test("a backup of SQLite is restored into PostgreSQL, and one of that into SQLite, with the same hashes and counters", BOTH, async (t) => {
  const place = root(t);
  const [first, second, third] = ["first", "second", "third"].map((name) => join(place, name)) as [string, string, string];
  mkdirSync(join(first, "continuo"), { recursive: true });
  fillStore(join(first, "continuo", "continuo.sqlite"), { sessions: 12, bytes: 600_000 });
  writeFileSync(join(first, "openclaw.json"), "{ /* mine */ session: { dmScope: 'auto' } }");
  const url = await database(t);
  const file = (name: string): string => join(place, `${name}.backup`);

  const { manifest } = await backupOf(first, file("a"));
  assert.equal(manifest.engine, "sqlite");
  await restoreTo(file("a"), second, url);
  assert.match(readFileSync(join(second, "openclaw.json"), "utf8"), /\/\* mine \*\/[^]*postgresql:/);
  const store = await openDatabase(url);
  await store.close();

  const again = await backupOf(second, file("b"));
  assert.equal(again.manifest.engine, "postgres");
  assert.deepEqual([again.manifest.tables, again.manifest.counters], [manifest.tables, manifest.counters]);
  assert.deepEqual(await verifyBackup(file("b"), watched), again.manifest);

  await assert.rejects(restoreTo(file("b"), third, null), refused("REQUEST_INVALID"));
  await restoreTo(file("b"), third, "sqlite");
  assert.doesNotMatch(readFileSync(join(third, "openclaw.json"), "utf8"), /postgresql:/);
  const last = await backupOf(third, file("c"));
  assert.deepEqual([last.manifest.engine, last.manifest.tables, last.manifest.counters], ["sqlite", manifest.tables, manifest.counters]);
  await assert.rejects(restoreTo(file("c"), join(place, "fourth"), url), refused("STORE_OCCUPIED"), "somebody's words are never written over");
});

test("a backup of PostgreSQL is of one moment, whatever is written meanwhile; a restored database counts on", BOTH, async (t) => {
  const place = root(t);
  const stateDir = join(place, "state");
  const [url, copy] = [await database(t), await database(t)];
  mkdirSync(stateDir);
  writeFileSync(join(stateDir, "openclaw.json"), JSON.stringify({ store: { url } }));
  const writer = await openPostgresPort(url);
  const put = (count: number) => writer.ask(`insert into events (at, kind, data) select n, 'x', '{}' from generate_series(1, ${count}) as n`);
  await put(3_000);
  const state = { over: false };
  const writing = (async () => {
    while (!state.over) await put(10);
  })();
  const { manifest } = await backupOf(stateDir, join(place, "a.backup"));
  state.over = true;
  await writing;
  await writer.close();
  const events = manifest.tables.find(({ name }) => name === "events");
  assert.equal((events?.rows ?? 0) % 10, 0, "each insertion is there as a whole");
  await restoreTo(join(place, "a.backup"), join(place, "other"), copy);
  const restored = await openPostgresPort(copy);
  const [next] = await restored.ask("insert into events (at, kind, data) values (1, 'x', '{}') returning seq");
  assert.equal(next?.[0], (manifest.counters["events"] ?? 0) + 1);
  await restored.close();
});
