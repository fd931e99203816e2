import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { BETWEEN_PASSES_MS, createSteps } from "../../src/sessions/maintenance/pass.ts";
import { maintenanceSettings } from "../../src/main/settings.ts";
import { startHarness, until, type HarnessOptions } from "../line/harness.ts";
import { rowsIn } from "../store/database.ts";
import { handClock, HOUR, jobsBeside, MINUTE, runRows } from "./kit.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

/** A house whose jobs have a log of this size; they are looked after until the test ends. */
async function houseWith(t: TestContext, runLog: { readonly keepLines?: number; readonly maxBytes?: number }) {
  const clock = handClock();
  const h = await startHarness({ clock, config: { channels: {}, cron: { runLog } } as unknown as HarnessOptions["config"] & object });
  const jobs = jobsBeside(h, clock);
  jobs.scheduler.start();
  t.after(async () => {
    await jobs.scheduler.stop();
    await h.close();
  });
  return { clock, h, jobs };
}

async function count(directory: string, sql: string): Promise<number> {
  return Number((await rowsIn(directory, `select count(*) as n from ${sql}`))[0]?.["n"]);
}

test("P29 what is known of a job's runs stays within its log, and their sessions go after a day, by default too", async (t) => {
  const { clock, h, jobs } = await houseWith(t, { keepLines: 10 });
  await jobs.add({ schedule: { kind: "every", everyMs: MINUTE }, payload: { kind: "agentTurn", message: "Go." }, delivery: { mode: "none" } });
  for (let run = 0; run < 40; run++) {
    clock.go(MINUTE);
    await jobs.settled();
  }
  // A run has ended before what is too much is cut off.
  await until("the log is cut", async () => (await runRows(h)).length === 10);
  assert.equal(await count(h.directory, "sessions where key like '%:run:%'"), 40);
  const settings = maintenanceSettings(h.settings.current());
  assert.equal(settings.mode, "warn");
  const pass = async (): Promise<void> => {
    const { step } = createSteps({ store: h.store, clock, ids: jobs.parts.ids, log: quiet, settings: () => settings, onRemoved: () => undefined, reaps: true });
    for (let rest = 0; rest !== BETWEEN_PASSES_MS; ) rest = await step();
  };
  await pass();
  assert.equal(await count(h.directory, "sessions where key like '%:run:%'"), 40, "they are young");
  clock.go(25 * HOUR);
  await jobs.settled();
  await pass();
  assert.equal(await count(h.directory, "sessions where key like '%:run:%'"), 1, "the run of now");
  assert.equal(await count(h.directory, "entries"), 2);
  await until("what became of them is still told", async () => (await jobs.desk.runs({ id: null, limit: 50, offset: 0 })).length === 10);
});

test("a log that may weigh little keeps the newest", async (t) => {
  const { clock, h, jobs } = await houseWith(t, { maxBytes: 3_000 });
  await jobs.add({ schedule: { kind: "every", everyMs: MINUTE }, payload: { kind: "agentTurn", message: "Say something long. ".repeat(20) }, delivery: { mode: "none" } });
  for (let run = 0; run < 12; run++) {
    clock.go(MINUTE);
    await jobs.settled();
  }
  await until("the log is cut", async () => (await runRows(h)).length < 6);
  const runs = await runRows(h);
  assert.ok(runs.length >= 2, `${runs.length}`);
  assert.equal(runs.at(-1)?.due_at, clock.now());
});
