/**
 * Jobs against a model in memory: whatever is added, changed, switched, run by hand, whatever the clock does and whenever the
 * process dies, each instant that was due has one run, and nothing else has.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { instantOrNone, nextInstant } from "../../src/automation/schedule.ts";
import type { JobSchedule } from "../../src/domain/job.ts";
import { handClock, HOUR, jobsBeside, MINUTE, runRows, SECOND, START, type Jobs } from "../cron/kit.ts";
import { between, seeded, type Random } from "../faults/random.ts";
import { startHarness, type Harness } from "../line/harness.ts";
import { rowsIn } from "../store/database.ts";

const OPS = 30;

interface Known {
  readonly id: string;
  readonly createdAtMs: number;
  schedule: JobSchedule;
  enabled: boolean;
  next: number | null;
}

/** What has to be: the jobs, and every instant that was run. */
interface Model {
  readonly jobs: Map<string, Known>;
  readonly runs: Set<string>;
}

interface World {
  readonly random: Random;
  readonly clock: ReturnType<typeof handClock>;
  readonly model: Model;
  readonly log: string[];
  h: Harness;
  jobs: Jobs;
}

function scheduleFrom({ random, clock }: World): JobSchedule {
  const kind = between(random, 0, 3);
  if (kind === 0) return { kind: "at", at: new Date(clock.now() + between(random, 1, 90) * MINUTE).toISOString() };
  if (kind === 1) return { kind: "every", everyMs: between(random, 1, 120) * MINUTE + between(random, 0, 60) * SECOND, anchorMs: clock.now() };
  return { kind: "cron", expr: ["*/5 * * * *", "0 * * * *", "15,45 */2 * * *"][between(random, 0, 3)] ?? "", tz: "Europe/Berlin", staggerMs: between(random, 0, 2) * MINUTE };
}

/** What the model says is due by now is run once, and the next instant lies ahead. */
function due({ clock, model }: World): void {
  const now = clock.now();
  for (const job of model.jobs.values()) {
    if (!job.enabled || job.next === null || job.next > now) continue;
    model.runs.add(`${job.id} due ${job.next}`);
    const isOnce = job.schedule.kind === "at";
    if (isOnce) job.enabled = false;
    job.next = isOnce ? null : nextInstant(job, Math.max(now, job.next));
  }
}

function pick({ random, model }: World): Known | undefined {
  const all = [...model.jobs.values()];
  return all[between(random, 0, Math.max(1, all.length))];
}

async function settle(world: World): Promise<void> {
  due(world);
  await world.jobs.settled();
}

const ACTS: readonly (readonly [string, (world: World) => Promise<void>])[] = [
  ["add", async (world) => {
    const schedule = scheduleFrom(world);
    const { id, createdAtMs } = await world.jobs.add({ schedule, payload: { kind: "agentTurn", message: "Go." }, delivery: { mode: "none" }, deleteAfterRun: false });
    world.model.jobs.set(id, { id, createdAtMs, schedule, enabled: true, next: instantOrNone({ id, createdAtMs, schedule }, world.clock.now()) });
  }],
  ["edit", async (world) => {
    const job = pick(world);
    if (job === undefined) return;
    job.schedule = scheduleFrom(world);
    await world.jobs.desk.update(job.id, { schedule: job.schedule });
    if (job.enabled) job.next = instantOrNone(job, world.clock.now());
  }],
  ["switch", async (world) => {
    const job = pick(world);
    // One whose only instant is past cannot be switched on again.
    if (job === undefined || (!job.enabled && instantOrNone(job, world.clock.now()) === null)) return;
    job.enabled = !job.enabled;
    await world.jobs.desk.update(job.id, { enabled: job.enabled });
    job.next = job.enabled ? instantOrNone(job, world.clock.now()) : null;
  }],
  ["run", async (world) => {
    const job = pick(world);
    if (job === undefined) return;
    const answer = await world.jobs.desk.run(job.id, "force");
    const name = `${job.id} manual ${world.clock.now()}`;
    assert.equal(answer.ran, !world.model.runs.has(name));
    world.model.runs.add(name);
    if (job.schedule.kind === "at" && job.next === null) job.enabled = false;
  }],
  ["go on", async (world) => world.clock.go(between(world.random, 1, 200) * MINUTE + between(world.random, 0, 60_000))],
  ["go on a little", async (world) => world.clock.go(between(world.random, 1, 90) * SECOND)],
  ["set back", async (world) => world.clock.go(-between(world.random, 1, 90) * MINUTE)],
  ["kill", async (world) => {
    world.clock.go(between(world.random, 1, 90) * MINUTE);
    world.jobs.scheduler.wake();
    for (let turns = between(world.random, 0, 12); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
    await world.h.kill();
    await world.jobs.scheduler.stop();
    await begin(world);
  }],
];

async function begin(world: World): Promise<void> {
  world.h = await startHarness({ clock: world.clock, directory: world.h.directory });
  world.jobs = jobsBeside(world.h, world.clock);
  world.jobs.scheduler.start();
}

async function check({ h, model, log }: World): Promise<void> {
  const runs = (await runRows(h)).map(({ job_id, kind, due_at }) => `${job_id} ${kind} ${due_at}`);
  assert.deepEqual(runs.toSorted(), [...model.runs].toSorted(), log.join(", "));
  const rows = await rowsIn<{ id: string; enabled: number; next_run_at: number | null }>(h.directory, "select id, enabled, next_run_at from jobs order by id");
  const known = [...model.jobs.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  assert.deepEqual(
    rows.map(({ id, enabled, next_run_at: next }) => [id, enabled === 1, next === null ? null : Number(next)]),
    known.map(({ id, enabled, next }) => [id, enabled, next]),
    log.join(", "),
  );
  const unmatched = await rowsIn(h.directory, "select r.id from job_runs r left join inbox i on i.id = r.item_id left join turns t on t.id = i.turn_id where r.status <> 'ok' or t.state is null or t.state <> 'committed'");
  assert.deepEqual(unmatched, [], log.join(", "));
}

for (const seed of [1, 2, 3, 4]) {
  test(`seed ${seed}: ${OPS} changes, leaps of the clock and deaths: each instant that was due has one run, and no other`, async (t) => {
    const clock = handClock(START + HOUR);
    const h = await startHarness({ clock });
    const world: World = { random: seeded(seed), clock, model: { jobs: new Map(), runs: new Set() }, log: [], h, jobs: jobsBeside(h, clock) };
    world.jobs.scheduler.start();
    t.after(async () => {
      await world.jobs.scheduler.stop();
      await world.h.close();
    });
    for (let done = 0; done < OPS; done++) {
      const [name, act] = ACTS[done < 3 ? 0 : between(world.random, 0, ACTS.length)] ?? ["", async () => undefined];
      world.log.push(name);
      await act(world);
      await settle(world);
      await check(world);
    }
    t.diagnostic(`${world.model.jobs.size} jobs, ${world.model.runs.size} runs`);
  });
}
