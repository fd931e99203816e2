import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { findCursor } from "../../statements/find-cursor.ts";
import { upsertCursor } from "../../statements/upsert-cursor.ts";
import type { Executor, Store } from "../../store.ts";
import { openStore } from "../../open.ts";
import { sqliteOnly } from "../../../../test/store/engine.ts";

const ONE_WRITER = sqliteOnly("the queue in front of its one writer");

function freshStore(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), "continuo-commits-"));
  const store = openStore(join(directory, "state.sqlite")) as Store & { readonly writer: { exec(sql: string): void } };
  t.after(() => rmSync(directory, { recursive: true }));
  return store;
}

const place = (name: string) => ({ channel: "telegram", account: "default", name });
const put = (to: Executor, name: string, value = "1"): Promise<number> => to.run(upsertCursor, { ...place(name), value });

test("a transaction that fails takes back its own writes and nobody else's of the same commit", ONE_WRITER, async (t) => {
  const store = freshStore(t);
  const [one, two, three] = await Promise.allSettled([
    put(store, "one"),
    store.transaction(async (tx) => {
      await put(tx, "two");
      throw new Error("no");
    }),
    put(store, "three"),
  ]);
  assert.deepEqual([one.status, two.status, three.status], ["fulfilled", "rejected", "fulfilled"]);
  const kept = await Promise.all(["one", "two", "three"].map((name) => store.get(findCursor, place(name))));
  assert.deepEqual(kept.map((row) => row?.value), ["1", undefined, "1"]);
  await store.close();
});

test("a disk that fills up in the middle of a shared commit is named as such to everybody, and the next commit works", ONE_WRITER, async (t) => {
  const store = freshStore(t);
  store.writer.exec("pragma cache_size = 10; pragma max_page_count = 60");
  const outcomes = await Promise.allSettled([put(store, "one"), put(store, "two", "x".repeat(400_000)), put(store, "three")]);
  assert.deepEqual(outcomes.map((outcome) => (outcome.status === "rejected" ? (outcome.reason as { code: string }).code : "kept")), ["STORE_FULL", "STORE_FULL", "STORE_FULL"]);
  assert.equal(await put(store, "four"), 1);
  await store.close();
});

test("who writes after the store was closed is refused, and does not wait for ever", ONE_WRITER, async (t) => {
  const store = freshStore(t);
  await store.close();
  await assert.rejects(put(store, "late"), /not open/);
  await assert.rejects(put(store, "later"), /not open/);
});

test("a long queue of commits lets other work in between", ONE_WRITER, async (t) => {
  const store = freshStore(t);
  const { promise: timer, resolve: ring } = Promise.withResolvers<void>();
  let done = 0;
  const all = Promise.all(Array.from({ length: 400 }, (_, i) => put(store, `n${i}`).then(() => void done++)));
  setImmediate(() => setImmediate(() => setImmediate(ring)));
  await timer;
  assert.ok(done < 400, `${done} were done before anybody else had a turn`);
  await all;
  await store.close();
});
