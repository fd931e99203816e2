import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import { createRows } from "../engines/sqlite/copy/sink.ts";
import { openRows, rowsOf } from "../engines/sqlite/copy/source.ts";
import { migrateSqlite, newestSchema } from "../migrate.ts";
import { hashed, rowLine } from "./hash.ts";
import { digestTables, pagesOf } from "./read-all.ts";
import { keyOf, type Row } from "./rows.ts";
import { COUNTED_TABLES, TABLE_KEYS, TRANSIENT_TABLES } from "./table-list.ts";
import { sqliteOnly } from "../../../test/store/engine.ts";

const FILE = sqliteOnly("the rows of its file are what a backup is made of");

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "continuo-copy-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function freshDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  migrateSqlite(database);
  return database;
}

const EVENT = "insert into events (at, kind, data) values (?, 'x', ?)";
const CURSOR = "insert into cursors (channel, account, name, value) values (?, ?, ?, ?)";

test("the list of what is copied holds every table that the migrations make, with its primary key", FILE, () => {
  const database = freshDatabase(":memory:");
  const made = database.prepare("select name from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite%'").all() as { name: string }[];
  assert.deepEqual([...TABLE_KEYS.keys(), ...TRANSIENT_TABLES].sort(), made.map(({ name }) => name).sort(), "a table that is not listed would be lost by a backup");
  for (const [name, key] of TABLE_KEYS) {
    const columns = database.prepare("select name from pragma_table_info(?) where pk > 0 order by pk").all(name) as { name: string }[];
    assert.deepEqual(key, columns.map((column) => column.name), name);
  }
  const counted = database.prepare("select name from sqlite_schema where type = 'table' and sql like '%autoincrement%'").all() as { name: string }[];
  assert.deepEqual([...COUNTED_TABLES, "signals", "search_queue"].sort(), counted.map(({ name }) => name).sort());
  database.close();
});

test("rows are read in the order of their keys' bytes, page by page, none twice and none left out", FILE, async () => {
  const database = freshDatabase(":memory:");
  const put = database.prepare(CURSOR);
  const names = ["b", "B", "a", "ä", "é", "a b", "Z", "ß", "日本", "😀", "", "a:1", "a%3A1"];
  for (const channel of names) for (const name of names) put.run(channel, "default", name, `${channel}/${name}`);
  const source = rowsOf(database);
  const table = (await source.tables()).find(({ name }) => name === "cursors");
  assert.ok(table);
  const seen: Row[] = [];
  for (let after: Row | null = null; ; ) {
    const rows = await source.rows(table, after, 7);
    seen.push(...rows);
    const last = rows.at(-1);
    if (last === undefined) break;
    after = keyOf(table, last);
  }
  const bytes = (row: Row) => Buffer.concat(keyOf(table, row).map((part) => Buffer.from(`${String(part)}\0`)));
  assert.equal(seen.length, names.length ** 2);
  assert.equal(await source.count(table), seen.length);
  assert.deepEqual(seen, seen.toSorted((a, b) => Buffer.compare(bytes(a), bytes(b))));
  const paged: Row[] = [];
  for await (const { rows } of pagesOf(source, table)) paged.push(...rows);
  assert.deepEqual(paged, seen);
  await source.close();
});

test("a copy has the same rows, the same hashes and the same counters, and counts on where the original would", FILE, async (t) => {
  const root = directory(t);
  const database = freshDatabase(join(root, "a.sqlite"));
  const put = database.prepare(EVENT);
  database.exec("begin");
  for (let at = 0; at < 3_000; at++) put.run(at, "\u0001 \"quoted\" \\ \u2028 é 😀 \ud800".repeat(at % 50));
  database.exec("delete from events where seq > 2990; commit; pragma wal_checkpoint(truncate)");
  database.close();
  const source = openRows(join(root, "a.sqlite"));
  const sink = createRows(join(root, "b.sqlite"), newestSchema());
  for (const table of await source.tables()) {
    await sink.begin(table);
    for await (const { rows } of pagesOf(source, table)) await sink.write(rows);
  }
  await sink.finish(await source.counters());
  assert.equal(hashed(rowLine(["a\0b", 1])), rowLine(["a\ufffdb", 1]), "PostgreSQL has no NUL");
  assert.equal(hashed(rowLine(["a\\u0000b", 1])), rowLine(["a\\u0000b", 1]));
  const copy = openRows(join(root, "b.sqlite"));
  assert.deepEqual(await digestTables(copy), await digestTables(source));
  assert.deepEqual(await copy.counters(), { events: 3_000 });
  assert.equal(copy.schema, source.schema);
  await Promise.all([copy.close(), source.close()]);
  const copied = new DatabaseSync(join(root, "b.sqlite"));
  assert.equal(copied.prepare(EVENT).run(1, "next").lastInsertRowid, 3_001, "a number that was given out is never given again");
  assert.deepEqual({ ...copied.prepare("pragma integrity_check").get() }, { integrity_check: "ok" });
  const indexes = (path: DatabaseSync) => path.prepare("select name, sql from sqlite_schema where type = 'index' order by name").all();
  const original = new DatabaseSync(join(root, "a.sqlite"));
  assert.deepEqual(indexes(copied), indexes(original));
  copied.close();
  original.close();
});
