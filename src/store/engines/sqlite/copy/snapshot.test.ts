import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sqliteOnly } from "../../../../../test/store/engine.ts";
import { openStore } from "../../../open.ts";
import { journalBytes } from "../journal-bytes.ts";
import { takeSnapshot } from "./snapshot.ts";

const never = new AbortController().signal;

test("a copy that is made beside a long journal is whole, and of the moment in which it was begun", sqliteOnly("it has the journal"), async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "continuo-snapshot-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const [path, copy] = [join(directory, "whole.sqlite"), join(directory, "copy.sqlite")];
  await openStore(path).close();
  const writer = new DatabaseSync(path);
  t.after(() => writer.close());
  writer.exec("pragma wal_autocheckpoint = 0; create table many (word text)");
  const add = writer.prepare("insert into many (word) select hex(randomblob(20000)) from (with recursive n(i) as (select 1 union all select i + 1 from n where i < 100) select i from n)");
  for (let round = 0; round < 10; round++) add.run();
  assert.ok(journalBytes(path) > 32 << 20, `${journalBytes(path)}`);
  const seen: number[] = [];
  await takeSnapshot(path, copy, never, (done) => {
    if (seen.length === 1) add.run();
    seen.push(done);
  });
  assert.ok(seen.length > 10);
  const copied = new DatabaseSync(copy, { readOnly: true });
  t.after(() => copied.close());
  assert.deepEqual([copied.prepare("select count(*) as n from many").get()?.["n"], copied.prepare("pragma integrity_check").get()?.["integrity_check"]], [1_000, "ok"]);
  assert.equal(writer.prepare("select count(*) as n from many").get()?.["n"], 1_100);
});
