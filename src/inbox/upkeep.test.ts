import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { removeStateDir, rowsIn, scriptIn, storeIn } from "../../test/store/database.ts";
import type { Store } from "../store/store.ts";
import { createUpkeep, type Upkeep } from "./upkeep.ts";

const DAY = 24 * 3_600_000;
const NOW = 1_000 * DAY;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

interface House {
  readonly upkeep: Upkeep;
  readonly asked: number[];
  /** Items by their state; `turn` names the turn that took them. */
  accept(count: number, item: { state: string; daysAgo: number; turn?: string }): Promise<void>;
  sql(text: string): Promise<void>;
  left(): Promise<{ state: string; count: number }[]>;
}

async function house(t: TestContext): Promise<House> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-upkeep-"));
  const store = await storeIn(directory);
  t.after(async () => {
    await store.close();
    await removeStateDir(directory);
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
  const item = (state: string, turn: string | undefined, at: number): string => {
    const id = `i${++number}`;
    return `('${id}', 'run-${id}', 'main', 'k', '${state}', ${turn === undefined ? "null" : `'${turn}'`}, '${id}', ${at}, 'telegram', 'default', '42', '42', 'owner', '{}', '{}')`;
  };
  return {
    asked,
    upkeep: createUpkeep({ store: counting, clock: { now: () => NOW }, log: quiet, dedupeWindowMs: () => 7 * DAY }),
    async accept(count, { state, daysAgo, turn }) {
      const values = Array.from({ length: count }, () => item(state, turn, NOW - daysAgo * DAY));
      await scriptIn(directory, `insert into inbox (id, run_id, agent_id, session_key, state, turn_id, message_id, accepted_at, channel, account, chat, sender_id, audience, message, why) values ${values.join(", ")}`);
    },
    sql: (text) => scriptIn(directory, text),
    left: async () => (await rowsIn<{ state: string; count: number | bigint }>(directory, "select state, count(*) as count from inbox group by state order by state")).map(({ state, count }) => ({ state, count: Number(count) })),
  };
}

async function pass(upkeep: Upkeep): Promise<number> {
  for (let steps = 1; ; steps++) if ((await upkeep.step()) > 60_000) return steps;
}

const CONVERSATION = "insert into conversations (session_id, key, began_at, began_reason) values ('s1', 'k', 0, 'first-message')";
const turn = (id: string, session: string): string =>
  `insert into turns (id, run_id, session_key, session_id, agent_id, state, attempt, holder, fence, lease_until, started_at, channel, account, chat, audience) values ('${id}', 'r', '${id}', '${session}', 'main', 'committed', 1, 'h', 1, 0, 0, 'telegram', 'default', '42', 'owner')`;

test("what has ended, is older than the window, and is told of by no conversation goes; everything else stays", async (t) => {
  const { upkeep, accept, left, sql } = await house(t);
  await sql(CONVERSATION);
  await sql(turn("told", "s1"));
  await sql(turn("gone", "s2"));
  for (const state of ["done", "failed", "withdrawn", "queued", "claimed"]) await accept(1, { state, daysAgo: 8 });
  await accept(2, { state: "done", daysAgo: 400, turn: "told" });
  await accept(3, { state: "done", daysAgo: 400, turn: "gone" });
  await accept(5, { state: "done", daysAgo: 6 });
  await sql("insert into setbacks (item_id, tries, error, at) values ('i2', 1, 'x', 0), ('i4', 1, 'x', 0)");
  await pass(upkeep);
  assert.deepEqual(await left(), [{ state: "claimed", count: 1 }, { state: "done", count: 7 }, { state: "queued", count: 1 }]);
  await sql("delete from setbacks where item_id = 'i4'");
  await sql("insert into setbacks (item_id, tries, error, at) values ('once', 1, 'x', 0)");
  await sql("delete from conversations");
  await pass(upkeep);
  assert.deepEqual(await left(), [{ state: "claimed", count: 1 }, { state: "done", count: 5 }, { state: "queued", count: 1 }], "with its conversation an item goes too");
});

test("a step looks at no more than it may, however much is stored, and a pass ends where the window begins", async (t) => {
  const { upkeep, accept, left, asked } = await house(t);
  await accept(1_000, { state: "done", daysAgo: 30 });
  await accept(5_000, { state: "done", daysAgo: 1 });
  const steps = await pass(upkeep);
  assert.ok(Math.max(...asked) <= 200 && steps <= 7, `${steps} steps, at most ${Math.max(...asked)} rows`);
  assert.deepEqual(await left(), [{ state: "done", count: 5_000 }]);
  assert.equal(await pass(upkeep), 1, "the next pass begins with the oldest, and has nothing to do");
});
