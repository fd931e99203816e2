import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../src/store/store.ts";
import { startHarness } from "../line/harness.ts";
import { ENGINE } from "../store/engine.ts";
import { rowsIn, storeIn } from "../store/database.ts";
import { handClock, jobsBeside, MINUTE, runRows, START } from "./kit.ts";

const JOBS = 50;
const INSTANTS = 10;

/** How many of something each run has. */
const COUNTS = `select r.id,
  (select count(*) from inbox i where i.run_id = 'cron:' || r.job_id || ':' || r.kind || ':' || r.due_at) as items,
  (select count(*) from turns t where t.run_id = 'cron:' || r.job_id || ':' || r.kind || ':' || r.due_at) as turns
  from job_runs r`;

test(`three schedulers on one database at once: ${JOBS * INSTANTS} instants, each with one run, one item and one turn`, async (t) => {
  const clock = handClock();
  const h = await startHarness({ clock });
  // An embedded database has one process: there they share its connection.
  const stores: readonly Store[] = ENGINE === "postgres" ? await Promise.all([1, 2, 3].map(() => storeIn(h.directory))) : [h.store, h.store, h.store];
  const houses = stores.map((store) => jobsBeside(h, clock, store));
  t.after(async () => {
    await Promise.all(houses.map(({ scheduler }) => scheduler.stop()));
    if (ENGINE === "postgres") await Promise.all(stores.map((store) => store.close()));
    await h.close();
  });
  const [first] = houses;
  assert.ok(first);
  for (let i = 0; i < JOBS; i++) await first.add({ name: `Job ${i}`, schedule: { kind: "every", everyMs: MINUTE }, payload: { kind: "agentTurn", message: "Go." }, delivery: { mode: "none" } });
  for (const { scheduler } of houses) scheduler.start();
  for (let instant = 1; instant <= INSTANTS; instant++) {
    clock.go(MINUTE);
    for (const { scheduler } of houses) scheduler.wake();
    await first.settled();
    for (const { scheduler } of houses) scheduler.wake();
  }
  const runs = await runRows(h);
  assert.equal(runs.length, JOBS * INSTANTS);
  assert.equal(new Set(runs.map(({ job_id, due_at }) => `${job_id} ${due_at}`)).size, JOBS * INSTANTS);
  assert.deepEqual(new Set(runs.map(({ due_at }) => due_at)), new Set(Array.from({ length: INSTANTS }, (_, index) => START + (index + 1) * MINUTE)));
  assert.deepEqual(new Set(runs.map(({ status }) => status)), new Set(["ok"]));
  const counts = await rowsIn(h.directory, COUNTS);
  assert.deepEqual(counts.filter(({ items, turns }) => Number(items) !== 1 || Number(turns) !== 1), []);
  assert.equal((await rowsIn(h.directory, "select id from inbox")).length, JOBS * INSTANTS);
  // Each told once that it had begun, by whoever had it.
  assert.equal(houses.flatMap(({ events }) => events).filter(({ action }) => action === "started").length, JOBS * INSTANTS);
});
