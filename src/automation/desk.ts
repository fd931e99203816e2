import { ContinuoError } from "../domain/errors.ts";
import type { Job } from "../domain/job.ts";
import type { JobPatch, JobsDesk, ListedRun, NewJob, RunsWanted } from "../operations/index.ts";
import { beginEmpty } from "../sessions/begin.ts";
import { noteEvent } from "../sessions/house-line.ts";
import { OPERATOR_CHANNELS } from "../domain/address.ts";
import { sourceKey } from "../routing/sources.ts";
import { findDelivery } from "../store/statements/find-delivery.ts";
import { findJob } from "../store/statements/find-job.ts";
import { findNextJob } from "../store/statements/find-next-job.ts";
import { findSession } from "../store/statements/find-session.ts";
import { insertJob } from "../store/statements/insert-job.ts";
import { listJobRuns } from "../store/statements/list-job-runs.ts";
import { pageJobRuns } from "../store/statements/page-job-runs.ts";
import { pageJobs } from "../store/statements/page-jobs.ts";
import { putJob } from "../store/statements/put-job.ts";
import type { Executor } from "../store/store.ts";
import type { JobRow, JobRunRow } from "../store/tables.ts";
import { acceptEvent } from "./accept-event.ts";
import { checkJob, newJob, patched } from "./define.ts";
import { removeJob } from "./end.ts";
import { fireNow, isRunning } from "./fire.ts";
import type { JobParts, JobWorld } from "./parts.ts";
import { changed, planText, stateOf, stateText, toJob, toRun } from "./rows.ts";
import { firstInstant } from "./schedule.ts";
import type { Scheduler } from "./scheduler.ts";
import { deliveryNow } from "./settle.ts";

export interface DeskParts extends JobParts {
  /** The time zone of where jobs are made. */
  zone(): string;
  readonly tell: JobWorld["tell"];
  readonly wakeTurns: JobWorld["wakeTurns"];
  /** Null where no gateway runs: what is due waits for one. */
  readonly scheduler: Pick<Scheduler, "wake" | "onFired"> | null;
  /** Gateways elsewhere have to look, too. */
  onChange(): void;
}

const PAGE = 200;
/** More jobs than anybody has; the rest is not shown. */
const MOST_JOBS = 10_000;
const MOST_TRIES = 8;
/** Behind every id. */
const LAST = "~";

/** Every job, in the order of their making. */
export async function allJobs(store: Executor): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let after = ""; jobs.length < MOST_JOBS; ) {
    const page = await store.all(pageJobs, { after, limit: PAGE });
    jobs.push(...page.map(toJob));
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.id;
  }
  return jobs;
}

async function rowOf(store: Executor, id: string): Promise<JobRow> {
  const row = await store.get(findJob, { id });
  if (row === undefined) throw new ContinuoError("JOB_UNKNOWN", `There is no job ${id}.`);
  return row;
}

/** A new job as it is stored. */
export function rowFor(job: Job, next: number | null): Omit<JobRow, "revision" | "run_id"> {
  return { id: job.id, agent_id: job.agentId, session_key: job.sessionKey, name: job.name, enabled: job.enabled ? 1 : 0, job: planText(job), next_run_at: next, state: stateText(job.state), created_at: job.createdAtMs, updated_at: job.updatedAtMs };
}

async function add(parts: DeskParts, wanted: NewJob): Promise<Job> {
  const { store, ids, clock, zone } = parts;
  const now = clock.now();
  const job = newJob(parts, wanted, { id: ids.next(), zone, now });
  const next = firstInstant(job, now);
  await checkJob(parts, job);
  await store.run(insertJob, rowFor(job, job.enabled ? next : null));
  return toJob(await rowOf(store, job.id));
}

/** What it is due at next: as before, unless that was changed. */
function nextOf(row: JobRow, job: Job, patch: JobPatch, now: number): number | null {
  if (!job.enabled) return null;
  const isNew = patch.schedule !== undefined || row.enabled !== 1 || row.next_run_at === null;
  return isNew ? firstInstant(job, now) : row.next_run_at;
}

async function update(parts: DeskParts, id: string, patch: JobPatch): Promise<Job> {
  const { store, clock, zone } = parts;
  for (let left = MOST_TRIES; left > 0; left--) {
    const now = clock.now();
    const row = await rowOf(store, id);
    const job = patched(parts, toJob(row), patch, zone, now);
    // One that is done once and runs now has no next instant, and needs none.
    const next = job.schedule.kind === "at" && row.run_id !== null && patch.schedule === undefined ? row.next_run_at : nextOf(row, job, patch, now);
    await checkJob(parts, job);
    const { retries: _, over: __, ...state } = stateOf(row);
    const kept = next === row.next_run_at && job.enabled ? stateOf(row) : state;
    const { enabled, job: plan, agent_id, session_key, name } = rowFor(job, next);
    const change = { enabled, job: plan, agent_id, session_key, name, next_run_at: next, state: stateText(kept), updated_at: now };
    if ((await store.run(putJob, changed(row, change))) > 0) return toJob(await rowOf(store, id));
  }
  throw new ContinuoError("JOB_BUSY", `The job ${id} could not be changed: others change it all the time.`);
}

/** As the outbox has it now: what is held, or on its way, may be there by now. */
async function withDelivery(store: Executor, row: JobRunRow): Promise<ListedRun> {
  if (row.delivery_id === null || (row.delivery !== "sending" && row.delivery !== "held")) return toRun(row);
  return toRun({ ...row, delivery: deliveryNow(row, await store.get(findDelivery, { id: row.delivery_id })) });
}

async function runsOf({ store }: DeskParts, { id, limit, offset }: RunsWanted): Promise<readonly ListedRun[]> {
  const rows = id === null ? await store.all(pageJobRuns, { before: LAST, limit, offset }) : await store.all(listJobRuns, { job_id: id, limit, offset });
  return Promise.all(rows.map((row) => withDelivery(store, row)));
}

/** Tells the default agent's main session of something, and wakes it where that is wished (spec 2.7). */
async function wake(parts: DeskParts, mode: "now" | "next-heartbeat", text: string): Promise<void> {
  const { store, ids, clock, settings } = parts;
  const { sessionKey: key, agentId } = sourceKey({ kind: "wake" }, settings.keys());
  const now = clock.now();
  const [channel = ""] = OPERATOR_CHANNELS;
  await store.transaction(async (tx) => {
    await beginEmpty(tx, { key, agentId, channel, audience: "owner" }, ids, now);
    if (mode === "next-heartbeat") return noteEvent(tx, key, text, ids, now);
    const audience = (await tx.get(findSession, { key }))?.audience ?? "owner";
    return acceptEvent(parts, tx, { key, agentId, audience, senderId: "wake", senderName: null, messageId: `wake:${ids.uuid()}`, text }, now);
  }, key);
  if (mode === "now") parts.wakeTurns(key);
}

/** What is asked of the jobs from outside (spec 11.3). Errors: JOB_UNKNOWN, JOB_BUSY, and those of `checkJob`. */
export function createJobsDesk(parts: DeskParts): JobsDesk {
  const { store, clock, scheduler } = parts;
  const changedJob = (action: "added" | "updated" | "removed", jobId: string): void => {
    parts.tell({ action, jobId });
    scheduler?.wake();
    parts.onChange();
  };
  return {
    list: () => allJobs(store),
    nextAt: async () => (await store.get(findNextJob, {}))?.next_run_at ?? null,
    isOn: () => parts.settings.cron().enabled,
    async add(wanted) {
      const job = await add(parts, wanted);
      changedJob("added", job.id);
      return job;
    },
    async update(id, patch) {
      const job = await update(parts, id, patch);
      changedJob("updated", id);
      return job;
    },
    async remove(id) {
      const isThere = (await store.get(findJob, { id })) !== undefined;
      if (!isThere) return false;
      await store.transaction((tx) => removeJob(tx, id), `cron:${id}`);
      changedJob("removed", id);
      return true;
    },
    async run(id, mode) {
      const now = clock.now();
      const row = await rowOf(store, id);
      if (await isRunning(store, row)) return { ran: false, reason: "already-running" };
      if (mode === "due" && (row.next_run_at === null || row.next_run_at > now)) return { ran: false, reason: "not-due" };
      const fired = await fireNow(parts, id, now);
      if (fired.kind === "none") return { ran: false, reason: "already-running" };
      scheduler?.onFired(id, fired);
      return { ran: true, runId: fired.run, ...(fired.kind === "started" ? { sessionKey: fired.sessionKey } : {}) };
    },
    runs: (wanted) => runsOf(parts, wanted),
    wake: (mode, text) => wake(parts, mode, text),
  };
}
