import assert from "node:assert/strict";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import { isContinuoError } from "../domain/errors.ts";
import { migrateSqlite } from "../store/migrate.ts";
import { holdState } from "./holder.ts";
import { examineDatabase, repairDatabase } from "./repair.ts";
import { statePaths } from "./state-paths.ts";
import { sqliteOnly } from "../../test/store/engine.ts";

const FILE = sqliteOnly("its file is what is damaged");

const ROWS = 3_000;
const PAGE = 4_096;
const AT = Date.parse("2026-11-21T13:25:01Z");

const watched = () => ({ signal: new AbortController().signal, onProgress: () => undefined });

interface Scene {
  readonly database: string;
  readonly place: Parameters<typeof examineDatabase>[0];
  readonly files: ReturnType<typeof statePaths>;
  readonly stateDir: string;
  /** The pages of a table or an index, by kind: leaf, internal, overflow. */
  pages(name: string, kind: string): number[];
  /** Writes nonsense over pages, as a bad disk does. */
  damage(...pages: readonly (number | undefined)[]): void;
  texts(): Map<number, string>;
}

/** A database with entries of 300 to 600 bytes, and one of 50,000. */
function scene(t: TestContext): Scene {
  const stateDir = mkdtempSync(join(tmpdir(), "continuo-repair-"));
  t.after(() => rmSync(stateDir, { recursive: true, force: true }));
  const files = statePaths(stateDir);
  mkdirSync(files.directory, { recursive: true });
  const { database } = files;
  const made = new DatabaseSync(database);
  made.exec("pragma journal_mode = wal");
  migrateSqlite(made);
  const put = made.prepare(
    "insert into entries (session_id, seq, id, session_key, role, text, at, channel, account, chat, sender_id, audience) values ('s', ?, ?, 'agent:main:main', 'user', ?, 1, 'webchat', 'default', 'operator', 'operator', 'owner')",
  );
  made.exec("begin");
  for (let seq = 1; seq <= ROWS; seq++) put.run(seq, `e${seq}`, textOf(seq));
  made.exec("insert into people (id, name, name_key, role, created_at) values ('p', 'Ann', 'ann', 'owner', 1); commit; pragma wal_checkpoint(truncate)");
  made.close();
  const query = <T>(sql: string): T[] => {
    const opened = new DatabaseSync(database, { readOnly: true });
    const rows = opened.prepare(sql).all() as T[];
    opened.close();
    return rows;
  };
  return {
    ...{ database, files, stateDir },
    place: { env: { OPENCLAW_STATE_DIR: stateDir }, clock: { now: () => AT } },
    pages: (name, kind) => query<{ pageno: number }>(`select pageno from dbstat where name = '${name}' and pagetype = '${kind}' order by path`).map(({ pageno }) => pageno),
    damage(...pages) {
      const file = openSync(database, "r+");
      for (const page of pages) writeSync(file, Buffer.alloc(PAGE, 0xa5), 0, PAGE, ((page ?? 1) - 1) * PAGE);
      closeSync(file);
    },
    texts: () => new Map(query<{ seq: number; text: string }>("select seq, text from entries").map(({ seq, text }) => [seq, text])),
  };
}

function textOf(seq: number): string {
  return `message ${seq} `.padEnd(seq === 1_500 ? 50_000 : 300 + (seq % 300), "x");
}

test("a sound database gets its indexes built anew, and nothing else", FILE, async (t) => {
  const { place, texts } = scene(t);
  assert.equal((await examineDatabase(place)).state, "sound");
  const before = texts();
  const repaired = await repairDatabase(place, watched());
  assert.deepEqual([repaired.did, repaired.missing, repaired.damagedFile], ["reindexed", [], null]);
  assert.deepEqual(texts(), before);
});

test("a damaged index costs nothing: every row is there afterwards", FILE, async (t) => {
  const { place, pages, damage, texts } = scene(t);
  const before = texts();
  damage(...pages("entries_by_id", "leaf").slice(3, 5));
  assert.notEqual((await examineDatabase(place)).state, "sound");
  const repaired = await repairDatabase(place, watched());
  assert.deepEqual(repaired.missing, []);
  assert.deepEqual(texts(), before);
  assert.equal((await examineDatabase(place)).state, "sound");
});

test("damaged pages of a table: what can be read is kept, what cannot is named by its rows, and the damaged file stays", FILE, async (t) => {
  const { database, place, pages, damage, texts } = scene(t);
  const leaves = pages("entries", "leaf");
  damage(leaves[0], leaves[40], leaves[41], leaves[90], leaves.at(-1), ...pages("entries", "overflow").slice(5, 6));
  const whole = readFileSync(database);
  const examined = await examineDatabase(place);
  assert.equal(examined.state, "pages");
  assert.ok(examined.problems.length > 0);
  const repaired = await repairDatabase(place, watched());
  assert.equal(repaired.did, "salvaged");
  assert.equal(repaired.damagedFile, `${database}.damaged-2026-11-21-132501`);
  assert.ok(readFileSync(repaired.damagedFile ?? "").equals(whole), "the damaged file is as it was");
  const isMissing = (seq: number) => repaired.missing.some(({ table, from, to }) => table === "entries" && seq >= from && seq <= (to ?? ROWS));
  const kept = texts();
  for (let seq = 1; seq <= ROWS; seq++) assert.equal(kept.get(seq), isMissing(seq) ? undefined : textOf(seq), `row ${seq} is there or told`);
  assert.ok(isMissing(1) && isMissing(ROWS) && isMissing(1_500));
  assert.ok(kept.size > ROWS - 80, `only what stood on those pages is missing: ${ROWS - kept.size} rows`);
  assert.equal(repaired.missing.filter(({ table }) => table !== "entries").length, 0);
  assert.equal((await examineDatabase(place)).state, "sound");
});

test("what is not saved yet of a killed gateway is salvaged too, and kept beside the damaged file", FILE, async (t) => {
  const { database, place, pages, damage, texts } = scene(t);
  const [leaf] = pages("entries", "leaf").slice(20, 21);
  const writer = new DatabaseSync(database);
  writer.exec("pragma wal_autocheckpoint = 0; update entries set text = 'newest' where seq = 2999");
  const journal = readFileSync(`${database}-wal`);
  const file = readFileSync(database);
  writer.close();
  const put = (path: string, bytes: Buffer) => {
    const handle = openSync(path, "w");
    writeSync(handle, bytes);
    closeSync(handle);
  };
  put(database, file);
  put(`${database}-wal`, journal);
  damage(leaf);
  const repaired = await repairDatabase(place, watched());
  assert.equal(texts().get(2_999), "newest");
  assert.ok(readFileSync(`${repaired.damagedFile}-wal`).equals(journal));
});

test("a database whose first page is gone is left as it is, with the advice to restore; one in use is not touched", FILE, async (t) => {
  const { database, place, damage, stateDir, files } = scene(t);
  const held = holdState(stateDir, files);
  await assert.rejects(repairDatabase(place, watched()), { code: "STATE_LOCKED" });
  held.release();
  damage(1);
  const whole = readFileSync(database);
  const refused = (error: unknown) => isContinuoError(error) && error.code === "STORE_CORRUPT";
  await assert.rejects(repairDatabase(place, watched()), refused);
  assert.ok(readFileSync(database).equals(whole));
});
