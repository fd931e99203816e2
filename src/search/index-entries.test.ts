import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { ANN, BEN, entry, found, indexAll, NOW, say, search } from "../../test/search/house.ts";
import { removeStateDir, rowsIn, scriptIn, storeIn } from "../../test/store/database.ts";
import { sqliteOnly } from "../../test/store/engine.ts";
import { restoreSession } from "../sessions/maintenance/index.ts";
import { removeSession } from "../sessions/maintenance/remove.ts";
import { createRows } from "../store/engines/sqlite/copy/sink.ts";
import { openRows } from "../store/engines/sqlite/copy/source.ts";
import { pagesOf } from "../store/copy/read-all.ts";
import { newestSchema } from "../store/migrate.ts";
import { openStore } from "../store/open.ts";
import { deleteEntry } from "../store/statements/delete-entry.ts";
import { findSearchState } from "../store/statements/find-search-state.ts";
import { readdressEntry } from "../store/statements/readdress-entry.ts";
import { renameConversationEntries } from "../store/statements/rename-conversation-entries.ts";
import { rewriteEntry } from "../store/statements/rewrite-entry.ts";
import type { Store } from "../store/store.ts";
import { beginIndex, fillIndex, indexNoted } from "./index-entries.ts";
import { indexStep } from "./indexer.ts";
import { searchEntries } from "./index.ts";
import { unitsOf, WORDING } from "./units.ts";

interface House {
  readonly store: Store;
  readonly directory: string;
  sql(text: string): Promise<void>;
  count(table: string): Promise<number>;
}

async function house(t: TestContext): Promise<House> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-search-"));
  const store = await storeIn(directory);
  t.after(async () => {
    await store.close();
    await removeStateDir(directory);
  });
  return {
    store,
    directory,
    sql: (text) => scriptIn(directory, text),
    count: async (table) => Number((await rowsIn<{ n: number | bigint }>(directory, `select count(*) as n from ${table}`))[0]?.n),
  };
}

test("what is edited is found by what it says now, and what is removed is not found", async (t) => {
  const { store, count } = await house(t);
  await indexAll(store);
  const [bike, car] = [entry("I bought a bike"), entry("I sold the car")];
  await say(store, bike, car);
  assert.deepEqual(await found(store, "bike"), ["I bought a bike"]);
  await store.transaction((tx) => tx.run(rewriteEntry, { session_id: bike.session_id, seq: bike.seq, text: "I bought a boat", meta: null }), ANN);
  assert.deepEqual([await found(store, "bike"), await found(store, "boat")], [[], ["I bought a boat"]]);
  await store.transaction((tx) => tx.run(rewriteEntry, { session_id: bike.session_id, seq: bike.seq, text: "[message deleted]", meta: null }), ANN);
  assert.deepEqual(await found(store, "boat"), []);
  await store.transaction((tx) => tx.run(deleteEntry, { id: car.id }), ANN);
  assert.deepEqual(await found(store, "car"), []);
  assert.deepEqual([await count("search_docs"), await count("search_queue")], [0, 0]);
});

test("P2 what was moved to another session is found there and no more where it was, also before the index has seen that", async (t) => {
  const { store } = await house(t);
  await indexAll(store);
  const one = entry("The secret is tangerine", { session_key: ANN });
  await say(store, one);
  assert.equal((await found(store, "tangerine", { scope: { keys: [ANN] } })).length, 1);
  await store.transaction((tx) => tx.run(readdressEntry, { session_id: one.session_id, seq: one.seq, session_key: BEN, person: null, audience: "x" }), ANN);
  assert.deepEqual((await searchEntries(store, { scope: { keys: [ANN] }, query: "tangerine", limit: 5 }, NOW)).hits, []);
  assert.equal((await found(store, "tangerine", { scope: { keys: [BEN] } })).length, 1);
  assert.deepEqual(await found(store, "tangerine", { scope: { keys: [ANN] } }), []);
  await store.transaction((tx) => tx.run(renameConversationEntries, { session_id: one.session_id, to: "another", upto: one.seq }), ANN);
  const [hit] = (await search(store, "tangerine")).hits;
  assert.deepEqual([hit?.sessionKey, hit?.sessionId, hit?.entryId, hit?.seq], [BEN, "another", one.id, one.seq]);
});

test("what a rewind or an edit set aside is not found, and is again once that is undone", async (t) => {
  const { store, sql } = await house(t);
  await indexAll(store);
  const one = entry("I bought a bike");
  await say(store, one);
  await sql(`insert into asides (entry_id, branch) values ('${one.id}', 'b')`);
  assert.deepEqual(await found(store, "bike"), []);
  await sql("delete from asides");
  assert.deepEqual(await found(store, "bike"), ["I bought a bike"]);
});

test("a session in the trash is not found, and is once it was restored", async (t) => {
  const { store, sql } = await house(t);
  await indexAll(store);
  const one = entry("I bought a bike", { daysAgo: 40 });
  await say(store, one);
  await sql(`insert into sessions (key, agent_id, session_id, chat_kind, channel, audience, created_at, updated_at, interaction_at) values ('${ANN}', 'main', '${one.session_id}', 'dm', 'telegram', 'owner', 1, 1, 1)`);
  await sql(`insert into conversations (session_id, key, began_at, began_reason, entry_seq, message_count) values ('${one.session_id}', '${ANN}', 1, 'first-message', ${one.seq}, 1)`);
  await store.transaction((tx) => removeSession(tx, { key: ANN, updated_at: 1 }, "stale", "t1", NOW), ANN);
  assert.deepEqual(await found(store, "bike"), []);
  await restoreSession(store, { now: () => NOW }, ANN);
  assert.deepEqual(await found(store, "bike"), ["I bought a bike"]);
});

test("what was said before there was an index is filled in, the newest first, and goes on where it was", async (t) => {
  const { store, count } = await house(t);
  await say(store, ...Array.from({ length: 130 }, (_, i) => entry(`bike number ${i}`, { daysAgo: 130 - i })));
  assert.equal(await count("search_queue"), 0, "nothing is noted that is read in any case");
  await beginIndex(store);
  assert.equal((await searchEntries(store, { scope: "all", query: "bike", limit: 5 }, NOW)).missingBefore, NOW);
  assert.equal(await fillIndex(store), false);
  const some = await search(store, "bike", { limit: 100 });
  assert.deepEqual([some.hits.length, some.missingBefore], [50, NOW - 50 * 24 * 3_600_000]);
  assert.ok(some.hits.some(({ excerpt }) => excerpt === "bike number 129"));
  await say(store, entry("a new bike"));
  while (!(await fillIndex(store)));
  const all = await search(store, "bike", { limit: 100 });
  assert.deepEqual([all.hits.length, all.missingBefore], [100, null]);
  assert.deepEqual(await found(store, "new bike"), ["a new bike"]);
  assert.equal(await count("search_docs"), 131);
});

test("what was said before waits while the disk is wanted for something else; once that is indexed, what is said is at once", async (t) => {
  const { store, count } = await house(t);
  const way = { isMade: true };
  const step = (): Promise<number> => indexStep({ store, makesWay: () => way.isMade });
  await say(store, entry("I had a bike"));
  await step();
  await say(store, entry("I have a boat"));
  assert.ok((await step()) > 0);
  await step();
  assert.equal(await count("search_docs"), 0, "it is newer than what was filled in, and comes with that");
  assert.equal(await count("search_queue"), 0);
  way.isMade = false;
  await step();
  assert.equal(await count("search_docs"), 2);
  way.isMade = true;
  await say(store, entry("I want a car"));
  await step();
  assert.equal(await count("search_docs"), 3);
});

test("the first search of all finds what was said last, before anybody else has indexed it", async (t) => {
  const { store } = await house(t);
  await say(store, ...Array.from({ length: 300 }, (_, i) => entry(`bike number ${i}`)));
  const answer = await search(store, "bike 299");
  assert.deepEqual([answer.hits.length, answer.missingBefore !== null], [1, true]);
});

test("an index that was made in an older way is made anew in its place, while it is searched", async (t) => {
  const { store, sql, count } = await house(t);
  await indexAll(store);
  await say(store, ...Array.from({ length: 60 }, (_, i) => entry(`bike number ${i}`)));
  await indexAll(store);
  await sql(`update search_state set version = ${WORDING - 1}; update search_docs set version = ${WORDING - 1}`);
  await beginIndex(store);
  await fillIndex(store);
  assert.equal((await searchEntries(store, { scope: "all", query: "bike", limit: 100 }, NOW)).hits.length, 60);
  await indexAll(store);
  assert.equal((await search(store, "bike", { limit: 100 })).missingBefore, null);
  assert.equal(await count("search_docs"), 60, "each in its place");
  assert.equal((await store.get(findSearchState, {}))?.version, WORDING);
});

test("a newer version's index is left to that", async (t) => {
  const { store, sql, count } = await house(t);
  await indexAll(store);
  await sql(`update search_state set version = ${WORDING + 1}`);
  await say(store, entry("I bought a bike"));
  await beginIndex(store);
  assert.equal(await indexNoted(store), 0);
  assert.deepEqual([await count("search_docs"), await count("search_queue")], [0, 1]);
});

test("those who index side by side index each entry once", async (t) => {
  const { store, count } = await house(t);
  await indexAll(store);
  await say(store, ...Array.from({ length: 120 }, (_, i) => entry(`bike number ${i}`)));
  const done = await Promise.all(Array.from({ length: 6 }, () => indexNoted(store)));
  assert.deepEqual([done.reduce((sum, one) => sum + one, 0), await count("search_docs"), await count("search_queue")], [120, 120, 0]);
});

test("a long text is indexed with few others, and one that is too long by its beginning", async (t) => {
  const { store } = await house(t);
  await indexAll(store);
  await say(store, ...Array.from({ length: 4 }, (_, i) => entry(`needle${i} ${"hay ".repeat(10_000)} pin${i}`)), entry(`needle5 ${"hay ".repeat(60_000)} pin5`));
  assert.equal(await indexNoted(store), 2, "what one transaction does is bounded");
  await indexAll(store);
  for (const query of ["needle0", "pin0", "pin3", "needle5"]) assert.equal((await found(store, query)).length, 1, query);
  assert.equal((await found(store, "pin5")).length, 0);
  assert.equal(unitsOf("hay ".repeat(60_000)).length, 16_000);
});

test("a copy of a database has no index, and makes its own", sqliteOnly("the rows of its file"), async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "continuo-search-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const [original, path] = [join(directory, "original.sqlite"), join(directory, "copy.sqlite")];
  const store = openStore(original);
  await indexAll(store);
  await say(store, entry("I bought a bike"));
  await indexAll(store);
  await store.close();
  const source = openRows(original);
  const sink = createRows(path, newestSchema());
  for (const table of await source.tables()) {
    await sink.begin(table);
    for await (const { rows } of pagesOf(source, table)) await sink.write(rows);
  }
  await sink.finish(await source.counters());
  await source.close();
  const copy = openStore(path);
  assert.equal((await searchEntries(copy, { scope: "all", query: "bike", limit: 5 }, NOW)).hits.length, 0);
  await indexAll(copy);
  assert.deepEqual(await found(copy, "bike"), ["I bought a bike"]);
  await copy.close();
});
