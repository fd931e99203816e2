/**
 * earliest instant -> fired (fire.ts) -> its turn, as any -> settled (settle.ts) -> posted, followed, forgotten
 *
 * 1. Every gateway looks; the store decides who fires (decision 0072). A gateway that is late, or dead, is nobody's loss.
 * 2. It sleeps until the earliest instant, a minute at most: a clock that is set, or a change that it was not told of, is seen then.
 * 3. While something of a run is open it looks every few seconds; with nothing to do, one look is two indexed reads.
 */
import type { JobRunRow } from "../store/tables.ts";
import { findNextJob } from "../store/statements/find-next-job.ts";
import { listDueJobs } from "../store/statements/list-due-jobs.ts";
import { listOpenJobRuns } from "../store/statements/list-open-job-runs.ts";
import { pruneStrayJobRuns } from "../store/statements/prune-stray-job-runs.ts";
import { fireDue, type Fired } from "./fire.ts";
import type { JobParts, JobWorld } from "./parts.ts";
import { pruneRuns } from "./prune.ts";
import { followRun, settleRun, type Settled } from "./settle.ts";
import { postRun } from "./webhook.ts";

export interface Scheduler {
  start(): void;
  /** Something may have changed: a job, or the end of a run. */
  wake(): void;
  /** What was begun outside of it: told, and looked after. */
  onFired(jobId: string, fired: Fired): void;
  /** Resolves when no look is under way. */
  stop(): Promise<void>;
}

export interface SchedulerParts extends JobParts {
  readonly world: JobWorld;
}

interface LookParts extends SchedulerParts {
  /** Runs whose results are being posted by this gateway. */
  readonly posting: Set<string>;
}

const LONGEST_SLEEP_MS = 60_000;
/** How soon what is open is looked at again: a turn's end is told here at once, of other gateways a little later. */
const OPEN_MS = 2_000;
const FAILED_MS = 5_000;
/** In one go: others work beside it. */
const PAGE = 50;

export function createScheduler(given: SchedulerParts): Scheduler {
  const parts: LookParts = { ...given, posting: new Set() };
  const { world } = parts;
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;
  let again = false;
  const life = { isOn: false };

  const sleep = (ms: number): void => {
    if (timer) clearTimeout(timer);
    timer = life.isOn ? setTimeout(wake, Math.max(0, ms)).unref() : null;
  };
  const lookAgain = async (): Promise<void> => {
    let rest = LONGEST_SLEEP_MS;
    do {
      again = false;
      rest = await look(parts, () => life.isOn).catch((error: unknown) => {
        if (life.isOn) world.log.warn({ err: error }, "the jobs could not be looked at; it is tried again");
        return FAILED_MS;
      });
    } while (again && life.isOn);
    looking = null;
    sleep(rest);
  };
  function wake(): void {
    again = true;
    if (life.isOn) looking ??= lookAgain();
  }

  return {
    wake,
    onFired: (jobId, fired) => {
      tellFired(world, jobId, fired);
      wake();
    },
    start() {
      life.isOn = true;
      parts.store.run(pruneStrayJobRuns, {}).catch((error: unknown) => world.log.warn({ err: error }, "runs of jobs that are gone could not be forgotten; the next start tries again"));
      wake();
    },
    async stop() {
      life.isOn = false;
      if (timer) clearTimeout(timer);
      await looking;
    },
  };
}

/** One look; answers how long to sleep after it, ms. */
async function look(parts: LookParts, goesOn: () => boolean): Promise<number> {
  const open = await lookAfterRuns(parts, goesOn);
  const isOn = parts.settings.cron().enabled;
  const fired = isOn ? await fireAllDue(parts, goesOn) : 0;
  const next = isOn ? (await parts.store.get(findNextJob, {}))?.next_run_at : null;
  const until = typeof next === "number" ? next - parts.clock.now() : LONGEST_SLEEP_MS;
  return Math.min(until, open + fired > 0 ? OPEN_MS : LONGEST_SLEEP_MS, LONGEST_SLEEP_MS);
}

/** Answers how many it fired. */
async function fireAllDue(parts: SchedulerParts, goesOn: () => boolean): Promise<number> {
  let all = 0;
  for (let due = await dueNow(parts); due.length > 0; due = await dueNow(parts)) {
    let fired = 0;
    for (const { id } of due) {
      if (!goesOn()) return all;
      const one = await fireDue(parts, id, parts.clock.now()).catch((error: unknown) => {
        parts.world.log.warn({ err: error, jobId: id }, "a job could not be fired; it is tried again");
        return { kind: "none" } as const;
      });
      if (one.kind !== "none") fired++;
      tellFired(parts.world, id, one);
    }
    all += fired;
    // Others were faster with all of them, or none can be fired: the next look is soon enough.
    if (fired === 0) break;
  }
  return all;
}

function dueNow({ store, clock }: SchedulerParts) {
  return store.all(listDueJobs, { now: clock.now(), limit: PAGE });
}

function tellFired(world: JobWorld, jobId: string, fired: Fired): void {
  if (fired.kind === "none") return;
  const { dueAt: dueAtMs, run } = fired;
  if (fired.kind === "ended") return world.tell({ action: "finished", jobId, runId: run, dueAtMs, status: fired.status });
  world.tell({ action: "started", jobId, runId: run, dueAtMs, sessionKey: fired.sessionKey });
  world.wakeTurns(fired.sessionKey);
}

/** Goes over what is open; answers how much of it there was. */
async function lookAfterRuns(parts: LookParts, goesOn: () => boolean): Promise<number> {
  let open = 0;
  for (let after = ""; ; ) {
    const page = await parts.store.all(listOpenJobRuns, { after, limit: PAGE });
    for (const run of page) {
      if (!goesOn()) return open;
      await lookAfter(parts, run).catch((error: unknown) => parts.world.log.warn({ err: error, jobId: run.job_id, run: run.id }, "the run of a job could not be looked after; it is tried again"));
    }
    open += page.length;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return open;
    after = last.id;
  }
}

async function lookAfter(parts: LookParts, run: JobRunRow): Promise<void> {
  const { world } = parts;
  if (run.status === "running") {
    const settled = await settleRun(parts, run);
    if (settled === null) return;
    tellSettled(world, settled);
    return pruneRuns(parts, run.job_id);
  }
  // Whoever does not answer keeps nobody else waiting.
  if (run.delivery === "owed") return post(parts, run);
  if ((await followRun(parts, run)) && run.mirror_key !== null) world.onSession(run.mirror_key);
}

function post(parts: LookParts, run: JobRunRow): void {
  const { posting, world } = parts;
  if (posting.has(run.id)) return;
  posting.add(run.id);
  postRun(parts, world, run)
    .catch((error: unknown) => world.log.warn({ err: error, jobId: run.job_id, run: run.id }, "what became of a post could not be noted; it is made again"))
    .finally(() => posting.delete(run.id));
}

function tellSettled(world: JobWorld, { run, job, status, delivery, to, held, mirrored }: Settled): void {
  world.tell({ action: "finished", jobId: run.job_id, runId: run.id, dueAtMs: run.due_at, status, deliveryStatus: delivery, ...(run.session_key === null ? {} : { sessionKey: run.session_key }) });
  if (to !== null) world.wakeOutbox(to.address);
  if (mirrored && to?.sessionKey) world.onSession(to.sessionKey);
  if (held !== null && job !== null) world.tellHeld(held, job.agentId).catch((error: unknown) => world.log.warn({ err: error, jobId: job.id }, "the owner could not be told of what is held"));
}
