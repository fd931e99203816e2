import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { directoryOf, house, NOW } from "./house.ts";

const HOUR = 3_600_000;
const JOBS = [
  {
    ...{ id: "11111111-0000-4000-8000-000000000001", agentId: "main", name: "Brief", enabled: true, createdAtMs: NOW - 5 * HOUR, updatedAtMs: NOW - HOUR, wakeMode: "now", sessionTarget: "isolated" },
    ...{ schedule: { kind: "cron", expr: "0 7 * * *", tz: "Europe/Berlin" }, payload: { kind: "agentTurn", message: "Say what is on.", lightContext: true }, delivery: { mode: "none" } },
    state: { nextRunAtMs: 1, lastRunAtMs: NOW - HOUR, lastRunStatus: "ok", consecutiveErrors: 0 },
  },
  { id: "two", name: "To nobody", enabled: true, createdAtMs: NOW, updatedAtMs: NOW, schedule: { kind: "every", everyMs: HOUR }, sessionTarget: "isolated", wakeMode: "now", payload: { kind: "agentTurn", message: "x" }, delivery: { mode: "announce", channel: "discord", to: "5", failureDestination: { to: "6" } } },
  { id: "three", name: "Over", enabled: true, createdAtMs: 1, updatedAtMs: 1, schedule: { kind: "at", at: "2020-01-01T00:00:00Z" }, sessionTarget: "main", wakeMode: "now", payload: { kind: "systemEvent", text: "x" } },
  { id: "four", name: "Odd", enabled: true, schedule: { kind: "moon" }, payload: { kind: "systemEvent", text: "x" } },
];

test("jobs come over under their ids, what cannot run is switched off and told, and they go out again as they came", async (t) => {
  const root = directoryOf(t, { "cron/jobs.json": JSON.stringify({ version: 1, jobs: JOBS }) });
  const { moving, rows } = await house(t);
  const looked = await moving.importOpenClaw({ from: root, dryRun: true });
  assert.deepEqual(looked.jobs, { added: 3, there: 0 });
  assert.deepEqual(await rows("select id from jobs"), []);
  const report = await moving.importOpenClaw({ from: root, dryRun: false });
  assert.deepEqual(report.jobs, { added: 3, there: 0 });
  assert.deepEqual(report.notMapped.filter(({ what }) => what.startsWith("job")).map(({ what }) => what), ['job "Odd"']);
  assert.deepEqual(report.notMapped.filter(({ what }) => what.includes("of the job")).map(({ what }) => what), ['lightContext of the job "Brief"', 'failureDestination of the job "To nobody"']);
  assert.equal(report.troubles.filter(({ why }) => /the job "(To nobody|Over)" is switched off/.test(why)).length, 2);
  assert.deepEqual((await rows("select id, enabled from jobs order by id")).map(({ id, enabled }) => [id, enabled]), [["11111111-0000-4000-8000-000000000001", 1], ["three", 0], ["two", 0]]);
  assert.deepEqual((await moving.importOpenClaw({ from: root, dryRun: false })).jobs, { added: 0, there: 3 });
  const to = join(directoryOf(t), "out");
  assert.equal((await moving.exportOpenClaw({ to, force: false })).jobs, 3);
  const path = join(to, "cron/jobs.json");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const { jobs } = JSON.parse(readFileSync(path, "utf8")) as { jobs: readonly Record<string, unknown>[] };
  const { state: _, payload: __, ...plain } = JOBS[0] as Record<string, unknown>;
  const { state, payload, ...back } = jobs[0] ?? {};
  assert.deepEqual(back, plain);
  assert.deepEqual(payload, { kind: "agentTurn", message: "Say what is on." });
  assert.equal((state as { lastRunStatus: string }).lastRunStatus, "ok");
  const other = await house(t);
  assert.deepEqual((await other.moving.importOpenClaw({ from: to, dryRun: false })).jobs, { added: 3, there: 0 });
});

test("a file that is no file of jobs is told, and a directory without one says nothing of jobs", async (t) => {
  const { moving } = await house(t);
  const broken = await moving.importOpenClaw({ from: directoryOf(t, { "cron/jobs.json": "{" }), dryRun: false });
  assert.ok(broken.troubles.some(({ file, why }) => file === "cron/jobs.json" && why === "it is no file of jobs"));
  assert.equal((await moving.importOpenClaw({ from: directoryOf(t), dryRun: false })).jobs, undefined);
});
