/**
 * due -> taken (the instant is still the job's next one) -> run noted -> item accepted -> the ordinary way of a turn
 *
 * 1. All of it is one transaction: whoever dies leaves nothing, or an accepted item that any gateway goes on with.
 * 2. An instant is fired once: the job has to be as it was read, its run's row is unique, and so is the item's message id.
 * 3. A job that is still running is not begun again: its instant is noted as skipped.
 * 4. Several instants that were missed are one run; the next one lies ahead.
 */
import type { Job, RunStatus } from "../domain/job.ts";
import { OPERATOR_CHANNELS } from "../domain/address.ts";
import { beginEmpty, beginNamed } from "../sessions/begin.ts";
import { choose, chooseModel } from "../sessions/choices.ts";
import { noteEvent } from "../sessions/house-line.ts";
import type { Executor } from "../store/store.ts";
import type { JobRow, JobRunRow } from "../store/tables.ts";
import { findJob } from "../store/statements/find-job.ts";
import { findJobRun } from "../store/statements/find-job-run.ts";
import { findSession } from "../store/statements/find-session.ts";
import { insertJobRun } from "../store/statements/insert-job-run.ts";
import { putJob } from "../store/statements/put-job.ts";
import { putJobRun } from "../store/statements/put-job-run.ts";
import { acceptEvent } from "./accept-event.ts";
import { endJob } from "./end.ts";
import type { JobParts } from "./parts.ts";
import { changed, changedRun, stateOf, stateText, toJob, type RunKind } from "./rows.ts";
import { instantOrNone, nextInstant } from "./schedule.ts";
import { mayBegin, namedSession, noSuchSession, targetKey } from "./target.ts";

/** What came of an instant. */
export type Fired =
  | { readonly kind: "started"; readonly run: string; readonly runId: string; readonly sessionKey: string; readonly dueAt: number }
  /** It is over at once: an event was noted, or nothing was begun. */
  | { readonly kind: "ended"; readonly run: string; readonly status: RunStatus; readonly dueAt: number }
  /** Somebody else has fired it, or it is not due any more. */
  | { readonly kind: "none" };

const NONE: Fired = { kind: "none" };
/** A job that is done once and still runs by hand comes to its own time afterwards. */
const AGAIN_MS = 5_000;
const STILL_RUNNING = "The run before this one is still going on.";

/** Runs of jobs are told apart from everything that clients name. */
const RUN_PREFIX = "cron:";

export function isJobRun(runId: string): boolean {
  return runId.startsWith(RUN_PREFIX);
}

/** Where a job runs, as far as that can be said before its transaction. */
interface Place {
  readonly key: string;
  readonly agentId: string;
  readonly sessionId: string;
}

async function placeOf({ store, ids, settings }: JobParts, job: Job): Promise<Place> {
  const sessionId = ids.uuid();
  if (job.sessionTarget === "isolated") {
    const { sessionKey, agentId } = targetKey(job, settings.keys(), sessionId);
    return { key: sessionKey, agentId, sessionId };
  }
  const { key } = await namedSession(store, job, settings.keys());
  return { key: key.sessionKey, agentId: key.agentId, sessionId };
}

/** Fires the instant that a job has next, if it is due. */
export async function fireDue(parts: JobParts, jobId: string, now: number): Promise<Fired> {
  const row = await parts.store.get(findJob, { id: jobId });
  if (row === undefined || row.enabled !== 1 || row.next_run_at === null || row.next_run_at > now) return NONE;
  const kind = (stateOf(row).retries ?? 0) > 0 ? "retry" : "due";
  return fire(parts, row, { kind, dueAt: row.next_run_at, now });
}

/** Runs a job now, whatever its schedule says, which goes on as it was. One that is running is not begun again. */
export async function fireNow(parts: JobParts, jobId: string, now: number): Promise<Fired> {
  const row = await parts.store.get(findJob, { id: jobId });
  return row === undefined ? NONE : fire(parts, row, { kind: "manual", dueAt: now, now });
}

interface Instant {
  readonly kind: RunKind;
  readonly dueAt: number;
  readonly now: number;
}

async function fire(parts: JobParts, seen: JobRow, instant: Instant): Promise<Fired> {
  const job = toJob(seen);
  const place = await placeOf(parts, job);
  return parts.store.transaction(async (tx) => {
    const row = await tx.get(findJob, { id: seen.id });
    if (row === undefined || row.revision !== seen.revision) return NONE;
    return (await isRunning(tx, row)) ? skip(parts, tx, row, instant) : take(parts, tx, { job, row, place }, instant);
  }, place.key);
}

/** A run that is not there any more, because somebody was erased, runs no more. */
export async function isRunning(tx: Executor, { run_id: id }: JobRow): Promise<boolean> {
  return id !== null && (await tx.get(findJobRun, { id }))?.status === "running";
}

interface Taking {
  readonly job: Job;
  readonly row: JobRow;
  readonly place: Place;
}

async function take(parts: JobParts, tx: Executor, { job, row, place }: Taking, instant: Instant): Promise<Fired> {
  const { kind, dueAt, now } = instant;
  const run = parts.ids.next();
  const next_run_at = kind === "manual" ? row.next_run_at : following(job, row, instant);
  const running = stateText({ ...stateOf(row), runningAtMs: now });
  if ((await tx.run(putJob, changed(row, { next_run_at, run_id: run, state: running }))) === 0) return NONE;
  const taken: JobRow = { ...row, next_run_at, revision: row.revision + 1 };
  const began = { ...noted(run, row.id, instant), session_key: place.key };
  // The instant was fired before: the job goes on to its next one.
  if ((await tx.run(insertJobRun, began)) === 0) return put(tx, taken, {});
  const outcome = await begin(parts, tx, job, place, instant);
  const runRow: JobRunRow = { ...began, tries: 0, revision: 0 };
  if (outcome.kind === "started") {
    const session_id = job.sessionTarget === "isolated" ? place.sessionId : null;
    await tx.run(putJobRun, changedRun(runRow, { item_id: outcome.itemId, session_id }));
    return { kind: "started", run, runId: outcome.runId, sessionKey: place.key, dueAt };
  }
  const { status, error } = outcome;
  await tx.run(putJobRun, changedRun(runRow, { status, error, ended_at: now }));
  await endJob(tx, taken, { status, error, startedAt: now, now, isOpen: false });
  return { kind: "ended", run, status, dueAt };
}

async function put(tx: Executor, row: JobRow, change: Partial<JobRow>): Promise<Fired> {
  await tx.run(putJob, changed(row, { ...change, run_id: null }));
  return NONE;
}

/** The instant after this one: it lies ahead, however many were missed. */
function following(job: Job, row: JobRow, { dueAt, now }: Instant): number | null {
  return job.schedule.kind === "at" ? null : nextInstant({ ...job, createdAtMs: row.created_at }, Math.max(now, dueAt));
}

async function skip(parts: JobParts, tx: Executor, row: JobRow, instant: Instant): Promise<Fired> {
  const { kind, dueAt, now } = instant;
  if (kind === "manual") return NONE;
  const job = toJob(row);
  const isOnce = job.schedule.kind === "at";
  const next_run_at = isOnce ? now + AGAIN_MS : following(job, row, instant);
  if ((await tx.run(putJob, changed(row, { next_run_at }))) === 0 || isOnce) return NONE;
  const run = parts.ids.next();
  const skipped = { ...noted(run, row.id, instant), ended_at: now, status: "skipped", error: STILL_RUNNING, open: 0 };
  return (await tx.run(insertJobRun, skipped)) === 0 ? NONE : { kind: "ended", run, status: "skipped", dueAt };
}

function noted(run: string, jobId: string, { kind, dueAt, now }: Instant): Omit<JobRunRow, "revision" | "tries"> {
  return {
    ...{ id: run, job_id: jobId, kind, due_at: dueAt, started_at: now, ended_at: null, status: "running", error: null, session_key: null, session_id: null, item_id: null },
    ...{ delivery: "not-requested", delivery_id: null, mirror_key: null, deliver_at: null, summary: null, open: 1 },
  };
}

type Begun = { readonly kind: "started"; readonly itemId: string; readonly runId: string } | { readonly kind: "over"; readonly status: RunStatus; readonly error: string | null };

async function begin(parts: JobParts, tx: Executor, job: Job, place: Place, instant: Instant): Promise<Begun> {
  const audience = await openPlace(parts, tx, job, place, instant.now);
  if (audience === null) return { kind: "over", status: "error", error: `${noSuchSession(place.key).message}.` };
  if (job.payload.kind === "systemEvent" && job.wakeMode === "next-heartbeat") {
    await noteEvent(tx, place.key, job.payload.text, parts.ids, instant.now);
    return { kind: "over", status: "ok", error: null };
  }
  const accepted = await acceptRun(parts, tx, job, { ...place, audience }, instant);
  // The inbox remembers it longer than the job does.
  if (accepted === null) return { kind: "over", status: "skipped", error: "This instant was run before." };
  return { kind: "started", itemId: accepted.itemId, runId: accepted.runId };
}

/** The session that it runs in, to be there; answers who reads it. Null: there is no such session, and it is nobody's to begin. */
async function openPlace({ ids }: JobParts, tx: Executor, { name, payload, sessionTarget }: Job, { key, agentId, sessionId }: Place, now: number): Promise<string | null> {
  const there = await tx.get(findSession, { key });
  if (there !== undefined) return there.audience;
  const [channel = ""] = OPERATOR_CHANNELS;
  const place = { key, agentId, channel, audience: "owner" };
  if (sessionTarget !== "isolated") {
    if (!mayBegin(key)) return null;
    await beginEmpty(tx, place, ids, now);
    return place.audience;
  }
  await beginNamed(tx, { ...place, sessionId, displayName: name }, now);
  if (payload.kind === "agentTurn" && payload.model !== undefined) await chooseModel(tx, key, payload.model);
  if (payload.kind === "agentTurn" && payload.thinking !== undefined) await choose(tx, key, { thinking: payload.thinking });
  return place.audience;
}

/** What the agent is told: an event as it is, a task with what it is one of. */
function textOf({ name, payload }: Job, dueAt: number): string {
  return payload.kind === "systemEvent" ? payload.text : `[scheduled job "${name}", due ${new Date(dueAt).toISOString()}] Do this now:\n\n${payload.message}`;
}

async function acceptRun(parts: JobParts, tx: Executor, job: Job, { key, agentId, audience }: Place & { readonly audience: string }, { kind, dueAt, now }: Instant) {
  const { payload, name } = job;
  const senderId = `${RUN_PREFIX}${job.id}`;
  const timeoutMs = payload.kind === "agentTurn" && payload.timeoutSeconds !== undefined ? payload.timeoutSeconds * 1_000 : undefined;
  // The job and its instant: whoever fires it a second time is refused by the inbox as well.
  return acceptEvent(parts, tx, { key, agentId, audience, senderId, senderName: name, messageId: `${senderId}:${kind}:${dueAt}`, text: textOf(job, dueAt), timeoutMs }, now);
}

/** The instant that a job has next once it was made or changed. */
export function scheduled(job: Job, row: Pick<JobRow, "created_at">, now: number): number | null {
  return job.enabled ? instantOrNone({ ...job, createdAtMs: row.created_at }, now) : null;
}
