import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";
import { openStore } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import { createUpkeep, type Upkeep } from "./upkeep.ts";

const DAY = 24 * 3_600_000;
const NOW = 1_000 * DAY;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

interface House {
  readonly upkeep: Upkeep;
  readonly store: Store;
  readonly asked: number[];
  /** Items by their state, `turn` names the turn that took it. */
  accept(count: number, item: { state: string; daysAgo: number; turn?: string }): void;
  sql(text: string): void;
  left(): { state: string; count: number }[];
}

function house(t: TestContext): House {
  const directory = mkdtempSync(join(tmpdir(), "continuo-upkeep-"));
  const path = join(directory, "state.sqlite");
  const store = openStore(path);
  const database = new DatabaseSync(path);
  t.after(async () => {
    database.close();
    await store.close();
    rmSync(directory, { recursive: true });
  });
  const asked: number[] = [];
  const counting: Store = {
    ...store,
    all: async (statement, params) => {
      const rows = await store.all(statement, params);
      asked.push(rows.length);
      return rows;
    },
  };
  let number = 0;
  const insert = database.prepare(
    "insert into inbox (id, run_id, agent_id, session_key, state, turn_id, message_id, accepted_at, channel, account, chat, sender_id, audience, message, why) values (?, ?, 'main', 'k', ?, ?, ?, ?, 'telegram', 'default', '42', '42', 'owner', '{}', '{}')",
  );
  return {
    store,
    asked,
    upkeep: createUpkeep({ store: counting, clock: { now: () => NOW }, log: quiet, dedupeWindowMs: () => 7 * DAY }),
    accept(count, { state, daysAgo, turn }) {
      database.exec("begin");
      for (let i = 0; i < count; i++) {
        const id = `i${++number}`;
        insert.run(id, `run-${id}`, state, turn ?? null, id, NOW - daysAgo * DAY);
      }
      database.exec("commit");
    },
    sql: (text) => database.exec(text),
    left: () => (database.prepare("select state, count(*) as count from inbox group by state order by state").all() as { state: string; count: number }[]).map((row) => ({ ...row })),
  };
}

async function pass(upkeep: Upkeep): Promise<number> {
  for (let steps = 1; ; steps++) if ((await upkeep.step()) > 60_000) return steps;
}

const CONVERSATION = "insert into conversations (session_id, key, began_at, began_reason) values ('s1', 'k', 0, 'first-message')";
const turn = (id: string, session: string): string =>
  `insert into turns (id, run_id, session_key, session_id, agent_id, state, attempt, holder, fence, lease_until, started_at, channel, account, chat, audience) values ('${id}', 'r', '${id}', '${session}', 'main', 'committed', 1, 'h', 1, 0, 0, 'telegram', 'default', '42', 'owner')`;

test("what has ended, is older than the window, and is told of by no conversation goes; everything else stays", async (t) => {
  const { upkeep, accept, left, sql } = house(t);
  sql(CONVERSATION);
  sql(turn("told", "s1"));
  sql(turn("gone", "s2"));
  for (const state of ["done", "failed", "withdrawn", "queued", "claimed"]) accept(1, { state, daysAgo: 8 });
  accept(2, { state: "done", daysAgo: 400, turn: "told" });
  accept(3, { state: "done", daysAgo: 400, turn: "gone" });
  accept(5, { state: "done", daysAgo: 6 });
  sql("insert into setbacks (item_id, tries, error, at) values ('i2', 1, 'x', 0), ('i4', 1, 'x', 0)");
  await pass(upkeep);
  assert.deepEqual(left(), [{ state: "claimed", count: 1 }, { state: "done", count: 7 }, { state: "queued", count: 1 }]);
  sql("delete from setbacks where item_id = 'i4'");
  sql("insert into setbacks (item_id, tries, error, at) values ('once', 1, 'x', 0)");
  sql("delete from conversations");
  await pass(upkeep);
  assert.deepEqual(left(), [{ state: "claimed", count: 1 }, { state: "done", count: 5 }, { state: "queued", count: 1 }], "with its conversation an item goes too");
});

test("a step looks at no more than it may, however much is stored, and a pass ends where the window begins", async (t) => {
  const { upkeep, accept, left, asked } = house(t);
  accept(1_000, { state: "done", daysAgo: 30 });
  accept(5_000, { state: "done", daysAgo: 1 });
  const steps = await pass(upkeep);
  assert.ok(Math.max(...asked) <= 200 && steps <= 7, `${steps} steps, at most ${Math.max(...asked)} rows`);
  assert.deepEqual(left(), [{ state: "done", count: 5_000 }]);
  assert.equal(await pass(upkeep), 1, "the next pass begins with the oldest, and has nothing to do");
});
