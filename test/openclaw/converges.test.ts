import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Store } from "../../src/store/store.ts";
import { tamperIn } from "../store/database.ts";
import { ENGINE } from "../store/engine.ts";
import { directoryOf, house, houseOn, treeOf, type Files } from "./house.ts";

const DIR = "agents/main/sessions";
const id = (n: number): string => `f8282125-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Where each try takes a database of its own some steps stand for all. */
const EACH = ENGINE === "postgres" ? 4 : 1;

type Turn = readonly [string, string | null, string, string];

function turnsOf(n: number, count: number): Turn[] {
  const turns: Turn[] = [];
  for (let i = 1; i <= count; i++) {
    // Every tenth answer was given twice: the first of both is beside the path.
    const parent = i === 1 ? null : `e${i % 10 === 0 ? i - 2 : i - 1}`;
    turns.push([`e${i}`, parent, i % 2 === 1 ? "user" : "assistant", `${n}: what was said as number ${i}`]);
  }
  return turns;
}

/** Five sessions, one of them long, and two that were put away. */
const FILES: Files = {
  [`${DIR}/sessions.json`]: JSON.stringify(Object.fromEntries([1, 2, 3, 4, 5].map((n) => [n === 1 ? "agent:main:main" : `agent:main:telegram:direct:${n}`, { sessionId: id(n), updatedAt: 1_773_828_060_000 + n }]))),
  ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`${DIR}/${id(n)}.jsonl`, treeOf(id(n), turnsOf(n, n === 1 ? 730 : 12))])),
  [`${DIR}/${id(8)}.jsonl.reset.2026-03-17T02-00-36.104Z`]: treeOf(id(8), turnsOf(8, 20)),
  [`${DIR}/${id(9)}.jsonl.deleted.2026-03-17T02-00-36.104Z`]: treeOf(id(9), turnsOf(9, 3)),
};

/** Ends the work at its `step`-th transaction: with it undone, or right after it was kept. */
function mortal(store: Store, step: number, isKept: boolean): Store {
  let count = 0;
  return {
    ...store,
    all: store.all.bind(store),
    get: store.get.bind(store),
    run: store.run.bind(store),
    async transaction(work, session) {
      const dies = ++count === step;
      if (dies && !isKept) {
        return store.transaction(async (tx) => {
          await work(tx);
          throw new Error("killed");
        }, session);
      }
      const done = await store.transaction(work, session);
      if (dies) throw new Error("killed");
      return done;
    },
  };
}

test("P15 an import that is killed at any of its steps is carried on by the next: the same rows, as often as it takes", async (t) => {
  const root = directoryOf(t, FILES);
  const whole = await house(t);
  const report = await whole.moving.importOpenClaw({ from: root, dryRun: false });
  const wanted = await whole.dump();
  assert.deepEqual(report.troubles, []);
  assert.equal(wanted.entries?.length, 730 + 4 * 12 + 20 + 3);
  let steps = 0;
  for (const isKept of [false, true]) {
    for (let step = 1, isThrough = false; !isThrough; step += EACH, steps++) {
      const broken = await house(t, {}, (store) => mortal(store, step, isKept));
      isThrough = await broken.moving.importOpenClaw({ from: root, dryRun: false }).then(() => true, () => false);
      const again = await houseOn(broken.stateDir, broken.store);
      // The wrapped store has died already; from here on it is whole.
      const second = await again.moving.importOpenClaw({ from: root, dryRun: false });
      assert.deepEqual(await again.dump(), wanted, `killed at step ${step}`);
      assert.deepEqual(second.sessions.map(({ sha256, entries }) => [sha256, entries]), report.sessions.map(({ sha256, entries }) => [sha256, entries]));
      assert.deepEqual(second.troubles, []);
    }
  }
  t.diagnostic(`${steps} kills`);
});

test("P15 killed at every step in turn, each run a little further", async (t) => {
  const root = directoryOf(t, FILES);
  const whole = await house(t);
  await whole.moving.importOpenClaw({ from: root, dryRun: false });
  const first = await house(t, {}, (store) => mortal(store, 1, true));
  for (let runs = 1; ; runs++) {
    const next = await houseOn(first.stateDir, first.store, (store) => mortal(store, 2, runs % 2 === 0));
    if (await next.moving.importOpenClaw({ from: root, dryRun: false }).then(() => true, () => false)) {
      t.diagnostic(`${runs} runs`);
      break;
    }
    assert.ok(runs < 200, "it never ends");
  }
  assert.deepEqual(await first.dump(), await whole.dump());
});

test("what OpenClaw said since the last import is added; what went on in both is told, and nothing is mixed", async (t) => {
  const root = directoryOf(t, { [`${DIR}/sessions.json`]: JSON.stringify({ "agent:main:main": { sessionId: id(1), updatedAt: 1 }, "agent:main:work": { sessionId: id(2), updatedAt: 1 } }), [`${DIR}/${id(1)}.jsonl`]: treeOf(id(1), turnsOf(1, 4)), [`${DIR}/${id(2)}.jsonl`]: treeOf(id(2), turnsOf(2, 4)) });
  const { moving, rows, stateDir } = await house(t);
  await moving.importOpenClaw({ from: root, dryRun: false });
  for (const n of [1, 2]) writeFileSync(join(root, DIR, `${id(n)}.jsonl`), treeOf(id(n), turnsOf(n, 6)));


  await tamperIn(stateDir, `update entries set id = 'said-here' where session_id = '${id(2)}' and seq = 4`);
  const report = await moving.importOpenClaw({ from: root, dryRun: false });
  assert.deepEqual(report.sessions.map(({ key, outcome }) => [key, outcome]).toSorted(), [["agent:main:main", "grown"], ["agent:main:work", "parted"]]);
  assert.deepEqual((await rows("select session_id, entry_seq, message_count from conversations order by session_id")).map((row) => [row.session_id, Number(row.entry_seq), Number(row.message_count)]), [[id(1), 6, 6], [id(2), 4, 4]]);
  assert.match(report.troubles.map(({ why }) => why).join(), /went on here and there/);
});

for (const [what, isRenamed] of [["from its beginning", () => true], ["in its middle", (name: string) => Number(name.slice(1)) > 150]] as const) test(`a half-imported conversation whose source has changed meanwhile ${what} is written anew`, async (t) => {
  const root = directoryOf(t, FILES);
  const broken = await house(t, {}, (store) => mortal(store, 10, true));
  await broken.moving.importOpenClaw({ from: root, dryRun: false }).catch(() => undefined);
  assert.notDeepEqual(await broken.rows(`select entry_id from asides where entry_id like '${id(1)}.%'`), []);
  const named = (name: string): string => (isRenamed(name) ? `x${name}` : name);
  const changed = treeOf(id(1), turnsOf(1, 700).map(([name, parent, role, text]) => [named(name), parent === null ? null : named(parent), role, text] as const));
  rmSync(join(root, DIR, `${id(1)}.jsonl`));
  writeFileSync(join(root, DIR, `${id(1)}.jsonl`), changed);
  const again = await houseOn(broken.stateDir, broken.store);
  const report = await again.moving.importOpenClaw({ from: root, dryRun: false });
  const main = report.sessions.find(({ key }) => key === "agent:main:main");
  assert.deepEqual([main?.outcome, main?.entries, report.troubles], ["new", 700, []]);
  const stored = await again.rows(`select count(*) as n, min(seq) as low, max(seq) as high from entries where session_id = '${id(1)}'`);
  assert.equal(Number(stored[0]?.n), Number(stored[0]?.high));
  assert.equal(Number(stored[0]?.low), 1);
  const asides = await again.rows(`select entry_id from asides where entry_id like '${id(1)}.%'`);
  assert.equal(asides.length, 70);
  assert.deepEqual(await again.rows("select entry_id from asides where not exists (select 1 from entries e where e.id = asides.entry_id)"), []);
});

test("a key that is in use keeps its conversation: what is imported stands among the earlier ones, to be resumed", async (t) => {
  const root = directoryOf(t, { [`${DIR}/sessions.json`]: JSON.stringify({ "agent:main:main": { sessionId: id(1), updatedAt: 1_773_828_060_000 } }), [`${DIR}/${id(1)}.jsonl`]: treeOf(id(1), turnsOf(1, 4)) });
  const other = directoryOf(t, { [`${DIR}/sessions.json`]: JSON.stringify({ "agent:main:main": { sessionId: id(2), updatedAt: 1_773_828_060_000 } }), [`${DIR}/${id(2)}.jsonl`]: treeOf(id(2), turnsOf(2, 4)) });
  const { moving, rows } = await house(t);
  await moving.importOpenClaw({ from: other, dryRun: false });
  const report = await moving.importOpenClaw({ from: root, dryRun: false });
  assert.deepEqual(report.sessions.map(({ outcome, isCurrent }) => [outcome, isCurrent]), [["new", false]]);
  assert.deepEqual((await rows("select session_id from sessions")).map((row) => row.session_id), [id(2)]);
  assert.deepEqual((await rows(`select key, ended_reason from conversations where session_id = '${id(1)}'`)).map((row) => Object.values(row)), [["agent:main:main", "imported"]]);
});
