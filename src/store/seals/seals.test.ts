import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createIds } from "../../domain/ids.ts";
import { removeStateDir, rowsIn, storeIn, tamperIn } from "../../../test/store/database.ts";
import { recordEvent } from "../ledger.ts";
import { pageEvents } from "../statements/page-events.ts";
import type { Store } from "../store.ts";
import type { Head } from "./chain.ts";
import { rewriteEvents } from "./rewrite.ts";
import { LATE_MS, LEDGER, sealAll, sealSome } from "./seal.ts";
import { verifyLedger, type LedgerReport } from "./verify.ts";

const START = 1_700_000_000_000;
const clock = { now: () => START };
const ids = createIds(clock);

interface Ledger {
  readonly directory: string;
  readonly store: Store;
  note(kind: string, data: object, at?: number): Promise<void>;
  seal(at?: number): Promise<Head>;
  verify(...heads: Head[]): Promise<LedgerReport>;
  tamper(sql: string, ...params: (string | number)[]): Promise<void>;
}

async function ledger(t: TestContext): Promise<Ledger> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-seals-"));
  const store = await storeIn(directory);
  t.after(async () => {
    await store.close();
    await removeStateDir(directory);
  });
  return {
    directory,
    store,
    note: (kind, data, at = START) => recordEvent(store, { at, kind, session_key: null, data }),
    seal: (at = START) => sealAll(store, ids, () => at),
    verify: (...heads) => verifyLedger(store, heads),
    tamper: async (sql, ...params) => void (await tamperIn(directory, sql, ...params)),
  };
}

async function written(t: TestContext, lines = 12): Promise<Ledger & { readonly head: Head }> {
  const at = await ledger(t);
  for (let number = 1; number <= lines; number++) await at.note("people.x", { number });
  return { ...at, head: await at.seal() };
}

test("a ledger that nobody touched is as it was sealed, and goes on", async (t) => {
  const at = await written(t, 450);
  const report = await at.verify(at.head);
  assert.deepEqual({ ...report, head: undefined }, { ok: true, sealed: 450, unsealed: 0, rewritten: 0, head: undefined, heads: 1, breaks: [] });
  await at.note("people.x", { number: 451 });
  assert.equal((await at.verify(at.head)).unsealed, 1);
  await at.seal();
  const later = await at.verify(at.head);
  assert.deepEqual([later.ok, later.sealed, later.heads], [true, 451, 1], "the end of before is found in the chain of now");
});

test("two who seal at the same time seal each line once", async (t) => {
  const at = await ledger(t);
  for (let number = 0; number < 60; number++) await at.note("x", { number });
  await Promise.all([at.seal(), at.seal(), sealSome(at.store, ids, START), at.seal()]);
  assert.deepEqual([(await at.verify()).ok, (await at.verify()).sealed], [true, 60]);
});

test("a line that was committed late is sealed behind those that were there before it", async (t) => {
  const at = await written(t, 3);
  await at.tamper("insert into events (seq, at, kind, session_key, data) values (50, ?, 'x', null, '{}')", START);
  await at.seal();
  await at.tamper("insert into events (seq, at, kind, session_key, data) values (40, ?, 'late', null, '{}')", START);
  await at.seal(START + 1_000);
  const report = await at.verify();
  assert.deepEqual([report.ok, report.sealed], [true, 5]);
  assert.deepEqual((await rowsIn(at.directory, "select event_seq from seals order by n")).map(({ event_seq }) => Number(event_seq)).slice(-2), [50, 40]);
});

/** What somebody with the database in their hands could do, and what is found of it: the number of the seal, or the line. */
const TAMPERING: readonly { readonly what: string; readonly sql: string; readonly found: string }[] = [
  { what: "another text", sql: `update events set data = '{"number":77}' where seq = 5`, found: "changed 5/5" },
  { what: "another kind", sql: "update events set kind = 'people.y' where seq = 1", found: "changed 1/1" },
  { what: "another time", sql: "update events set at = at + 1 where seq = 12", found: "changed 12/12" },
  { what: "another session", sql: "update events set session_key = 'agent:main:main' where seq = 3", found: "changed 3/3" },
  { what: "two lines exchanged", sql: "update events set seq = 70 where seq = 7; update events set seq = 7 where seq = 8; update events set seq = 8 where seq = 70", found: "changed 7/7, changed 8/8" },
  { what: "a line gone", sql: "delete from events where seq = 6", found: "removed 6/6" },
  { what: "a line and its seal gone", sql: "delete from events where seq = 6; delete from seals where n = 6", found: "removed 7/7" },
  { what: "a line with another number", sql: "update events set seq = 99 where seq = 4", found: "removed 4/4" },
  { what: "another digest", sql: "update seals set digest = hash where n = 9", found: "changed 9/9, changed 9/9" },
  { what: "another hash", sql: "update seals set hash = digest where n = 9", found: "changed 9/9, changed 10/10" },
  { what: "another salt", sql: "update seals set salt = '00' where n = 2", found: "changed 2/2" },
  { what: "a line put between", sql: `insert into events (seq, at, kind, data) values (0, ${START - LATE_MS - 1}, 'people.x', '{}')`, found: "inserted -/0" },
  { what: "the end cut off", sql: "delete from events where seq > 10; delete from seals where n > 10", found: "truncated 12/-" },
  { what: "all of it gone", sql: "delete from events; delete from seals", found: "truncated 12/-" },
];

for (const { what, sql, found } of TAMPERING) {
  test(`tampering is found, and where: ${what}`, async (t) => {
    const at = await written(t);
    for (const one of sql.split("; ")) await at.tamper(one);
    const report = await at.verify(at.head);
    assert.equal(report.ok, false);
    assert.equal(report.breaks.map(({ kind, n, seq }) => `${kind} ${n ?? "-"}/${seq ?? "-"}`).join(", "), found);
    assert.ok(report.breaks.every(({ meaning }) => meaning.length > 20));
  });
}

test("lines that have to stop naming somebody are rewritten with a line that says so; anything else done to them is still found", async (t) => {
  const at = await written(t);
  const rewrite = async (): Promise<void> =>
    at.store.transaction(async (tx) => {
      const lines = (await tx.all(pageEvents, { after: 3, limit: 3 })).map((line) => ({ ...line, data: '{"who":"erased-1"}' }));
      await rewriteEvents(tx, lines, "erased-1", ids, START);
    }, LEDGER);
  await rewrite();
  await at.seal();
  const report = await at.verify(at.head);
  assert.deepEqual([report.ok, report.rewritten, report.sealed], [true, 3, 13]);
  await rewrite();
  await at.seal();
  assert.equal((await at.verify(at.head)).ok, true, "twice is as good as once");
  await at.tamper(`update events set data = '{"who":"erased-2"}' where seq = 5`);
  assert.deepEqual((await at.verify()).breaks.map(({ kind, seq }) => [kind, seq]), [["changed", 5]]);
  await at.tamper(`update events set data = '{"who":"erased-1"}' where seq = 5`);
  await at.tamper("delete from events where seq = 14");
  assert.deepEqual((await at.verify()).breaks.map(({ kind, seq }) => [kind, seq]), [["changed", 4], ["changed", 5], ["changed", 6], ["removed", 14]]);
});

test("a line that is not sealed yet is rewritten as if it had been written so", async (t) => {
  const at = await ledger(t);
  await at.note("people.x", { who: "Ann" });
  await at.store.transaction(async (tx) => {
    const lines = await tx.all(pageEvents, { after: 0, limit: 1 });
    await rewriteEvents(tx, lines.map((line) => ({ ...line, data: "{}" })), "erased-1", ids, START);
  }, LEDGER);
  await at.seal();
  const report = await at.verify();
  assert.deepEqual([report.ok, report.sealed, report.rewritten], [true, 1, 0]);
});

test("what a self-test leaves for a moment is never sealed: it goes without a trace", async (t) => {
  const at = await written(t, 2);
  await recordEvent(at.store, { at: START, kind: "x", session_key: "agent:continuo-verify-1:main", data: {} });
  await at.seal();
  const report = await at.verify();
  assert.deepEqual([report.ok, report.sealed, report.unsealed], [true, 2, 0]);
});
