/**
 * turn ended -> outcome noted -> its words on their way -> told in the session of that chat
 *
 * 1. What became of a run is read from its turn, by whichever gateway looks first; so nobody who dies takes it along.
 * 2. Noting it, putting its words on their way and telling them where they go is one transaction: each happens once.
 * 3. What is sent goes past the wall like any reply (law 5), and never moves where a session was last reached.
 * 4. A session that is answering somebody is not told in the middle of that: it is told when the answer is there.
 */
import { cutShort } from "../domain/cut-short.ts";
import { NO_SESSION } from "../domain/delivery.ts";
import { isContinuoError } from "../domain/errors.ts";
import type { Job, RunDelivery, RunStatus } from "../domain/job.ts";
import type { ReplyRoute } from "../domain/route.ts";
import { enqueueDelivery } from "../outbox/enqueue.ts";
import { readChoices } from "../sessions/choices.ts";
import { noteSent } from "../sessions/house-line.ts";
import { readLatest } from "../sessions/transcript.ts";
import type { Executor } from "../store/store.ts";
import type { JobRow, JobRunRow, TurnRow } from "../store/tables.ts";
import { findDelivery } from "../store/statements/find-delivery.ts";
import { findInboxById } from "../store/statements/find-inbox-by-id.ts";
import { findJob } from "../store/statements/find-job.ts";
import { findRunningTurn } from "../store/statements/find-running-turn.ts";
import { findTurn } from "../store/statements/find-turn.ts";
import { findTurnAnswer } from "../store/statements/find-turn-answer.ts";
import { putJob } from "../store/statements/put-job.ts";
import { putJobRun } from "../store/statements/put-job-run.ts";
import { guardReply } from "../turns/guard.ts";
import { deliveryOf, isSilent } from "./delivery.ts";
import { destinationOf } from "./destination.ts";
import { endJob, removeJob } from "./end.ts";
import type { Destination, JobParts } from "./parts.ts";
import { changed, changedRun, knownDelivery, stateOf, stateText, toJob } from "./rows.ts";

/** How a run's turn ended. */
interface Outcome {
  readonly status: RunStatus;
  readonly error: string | null;
  /** What it answered; null: nothing. */
  readonly text: string | null;
  readonly sessionId: string | null;
  /** It may go better another time. */
  readonly code: string | null;
}

/** What was settled, for whoever is to be told. */
export interface Settled {
  readonly run: JobRunRow;
  readonly job: Job | null;
  readonly status: RunStatus;
  readonly delivery: RunDelivery;
  readonly to: Destination | null;
  /** Why it waits for the owner. */
  readonly held: string | null;
  readonly mirrored: boolean;
}

const SUMMARY_CHARS = 500;
const ERROR_CHARS = 500;
/** As many entries as a model is shown at most. */
const MOST_ENTRIES = 500;

const GONE: Outcome = { status: "error", error: "What it was to do was removed before it ended.", text: null, sessionId: null, code: null };

async function ofTurn(store: Executor, turn: TurnRow): Promise<Outcome> {
  const text = (await store.get(findTurnAnswer, { session_id: turn.session_id, turn_id: turn.id }))?.text ?? null;
  const known = { text, sessionId: turn.session_id };
  if (turn.state === "committed") return { ...known, status: "ok", error: null, code: null };
  const code = turn.error?.split(":")[0] ?? null;
  return { ...known, status: "error", error: cutShort(turn.error ?? "Its turn was given up.", ERROR_CHARS), code };
}

/** Null while it waits or runs. */
async function outcomeOf(store: Executor, run: JobRunRow): Promise<Outcome | null> {
  const item = run.item_id === null ? undefined : await store.get(findInboxById, { id: run.item_id });
  if (item === undefined) return GONE;
  if (item.state === "queued" || item.state === "claimed") return null;
  if (item.dropped !== null) return { ...GONE, status: "skipped", error: "Too much was waiting in its session." };
  const turn = item.turn_id === null ? undefined : await store.get(findTurn, { id: item.turn_id });
  if (turn === undefined) return { ...GONE, error: "It could not be taken up by a turn." };
  return turn.state === "running" ? null : ofTurn(store, turn);
}

interface Plan {
  readonly delivery: RunDelivery;
  readonly to: Destination | null;
  readonly held: string | null;
  /** Why nothing is sent. */
  readonly error: string | null;
  /** That makes the run a failure. */
  readonly fails: boolean;
}

const NOTHING: Plan = { delivery: "not-requested", to: null, held: null, error: null, fails: false };

async function planFor(parts: JobParts, job: Job, run: JobRunRow, outcome: Outcome): Promise<Plan> {
  const delivery = deliveryOf(job);
  if (delivery.mode === "none") return NOTHING;
  if (delivery.mode === "webhook") return outcome.status === "skipped" ? NOTHING : { ...NOTHING, delivery: "owed" };
  if (outcome.status !== "ok" || outcome.text === null || isSilent(outcome.text)) return NOTHING;
  try {
    const to = await destinationOf(parts, job, delivery);
    const refused = await refusal(parts, to, run);
    if (refused !== null) return { ...NOTHING, delivery: "not-delivered", error: refused };
    return { ...NOTHING, delivery: "sending", to, held: await heldBack(parts, outcome.sessionId, to.reply) };
  } catch (error) {
    if (!isContinuoError(error)) throw error;
    // Nobody asked for it to be sent, and there is nowhere that it could be.
    if (job.delivery === undefined && error.code === "JOB_TARGET_MISSING" && job.sessionTarget === "main") return NOTHING;
    return { ...NOTHING, delivery: "not-delivered", error: `${error.message} ${error.cure}`, fails: delivery.bestEffort !== true };
  }
}

/** Its owner wants nothing sent there (spec 5.6). */
async function refusal({ store, settings }: JobParts, { sessionKey, address, reply }: Destination, run: JobRunRow): Promise<string | null> {
  const place = { channel: address.channel, chatKind: reply.peer === "" ? ("group" as const) : ("dm" as const) };
  for (const key of [run.session_key, sessionKey]) {
    if (key !== null && !settings.mayAnswer({ ...place, key }, await readChoices(store, key))) return `Sending is switched off there (session.sendPolicy, or /send, of ${key}).`;
  }
  return null;
}

/** Law 5: whoever reads it must be allowed to read all that it is made of. */
async function heldBack({ store, settings }: JobParts, sessionId: string | null, reply: ReplyRoute): Promise<string | null> {
  return sessionId === null ? null : guardReply(settings, { items: [], reply }, await readLatest(store, sessionId, MOST_ENTRIES));
}

/** What passes by itself: a server that is busy, a connection that broke. */
function isPassing(code: string | null, retryOn: readonly string[] | undefined): boolean {
  if (code === "MODEL_TIMEOUT") return retryOn === undefined || retryOn.includes("timeout");
  return code === "MODEL_UNAVAILABLE" && (retryOn === undefined || retryOn.some((kind) => kind !== "timeout"));
}

const BACKOFF_MS = [30_000, 60_000, 300_000];
const MOST_RETRIES = 3;

function retryOf({ settings }: JobParts, row: JobRow, run: JobRunRow, { status, code }: Outcome, now: number): number | null {
  const { maxAttempts = MOST_RETRIES, backoffMs = BACKOFF_MS, retryOn } = settings.cron().retry ?? {};
  const before = stateOf(row).retries ?? 0;
  if (status !== "error" || run.kind === "manual" || before >= maxAttempts || !isPassing(code, retryOn)) return null;
  return now + (backoffMs[Math.min(before, backoffMs.length - 1)] ?? 0);
}

/** Notes how a run ended, if it has. Null: it has not, or somebody else has noted it. */
export async function settleRun(parts: JobParts, run: JobRunRow): Promise<Settled | null> {
  const { store, clock } = parts;
  const outcome = await outcomeOf(store, run);
  if (outcome === null) return null;
  const row = await store.get(findJob, { id: run.job_id });
  if (row === undefined) return close(parts, run, outcome);
  const plan = await planFor(parts, toJob(row), run, outcome);
  const status: RunStatus = plan.fails ? "error" : outcome.status;
  const error = plan.error ?? outcome.error;
  const now = clock.now();
  return store.transaction(async (tx) => {
    const job = await tx.get(findJob, { id: run.job_id });
    if (job === undefined) return null;
    const sent = await send(parts, tx, toJob(job), run, outcome, plan, now);
    const next = { ...run, ...sent, ended_at: now, status, error, session_id: outcome.sessionId, summary: outcome.text === null ? null : cutShort(outcome.text, SUMMARY_CHARS) };
    const written = changedRun(run, next);
    if ((await tx.run(putJobRun, written)) === 0) throw new Overtaken();
    const end = { status, error, startedAt: run.started_at, now, isOpen: written.open === 1, retryAt: retryOf(parts, job, run, { ...outcome, status }, now) };
    // It is written by whoever fires or changes it at the same moment: then all of this is done again.
    if (!(await endJob(tx, withDelivery(job, next.delivery), end))) throw new Overtaken();
    return { run, job: toJob(job), status, delivery: next.delivery as RunDelivery, to: plan.to, held: plan.held, mirrored: sent.mirrored };
  }, plan.to?.sessionKey ?? run.session_key ?? undefined).catch((thrown: unknown) => {
    if (thrown instanceof Overtaken) return null;
    throw thrown;
  });
}

/** Somebody else was there first; nothing of ours stays. */
class Overtaken extends Error {}

function withDelivery(row: JobRow, delivery: string): JobRow {
  return { ...row, state: stateText({ ...stateOf(row), lastDelivered: delivery === "delivered", lastDeliveryStatus: knownDelivery(delivery) }) };
}

/** The job is gone: nobody is told, and nothing is left of it. */
async function close({ store, clock }: JobParts, run: JobRunRow, outcome: Outcome): Promise<null> {
  await store.transaction((tx) => tx.run(putJobRun, changedRun(run, { ended_at: clock.now(), status: outcome.status, error: outcome.error, delivery: "not-requested" })), run.session_key ?? undefined);
  return null;
}

type Sent = Pick<JobRunRow, "delivery" | "delivery_id" | "mirror_key" | "deliver_at"> & { readonly mirrored: boolean };

async function send(parts: JobParts, tx: Executor, job: Job, run: JobRunRow, { text, sessionId }: Outcome, plan: Plan, now: number): Promise<Sent> {
  const nothing = { delivery: plan.delivery, delivery_id: null, mirror_key: null, deliver_at: plan.delivery === "owed" ? now : null, mirrored: false };
  if (plan.to === null || text === null) return nothing;
  const { reply, sessionKey } = plan.to;
  const turnId = sessionId === null || run.item_id === null ? null : ((await tx.get(findInboxById, { id: run.item_id }))?.turn_id ?? null);
  const id = await enqueueDelivery(tx, { turnId, sessionKey: sessionKey ?? run.session_key ?? NO_SESSION, reply, text, draft: null, held: plan.held }, parts.ids, now);
  if (id === null) return { ...nothing, delivery: "not-requested" };
  // Its own session has it as an answer.
  const mirror = plan.held !== null || sessionKey === null || sessionKey === run.session_key ? null : sessionKey;
  const mirrored = mirror !== null && (await tellThere(parts, tx, mirror, job, { text, reply }, now));
  return { ...nothing, delivery: plan.held === null ? "sending" : "held", delivery_id: id, mirror_key: mirrored ? null : mirror, mirrored };
}

/** False while somebody is being answered there. */
async function tellThere({ ids }: JobParts, tx: Executor, key: string, job: Pick<Job, "name" | "agentId">, { text, reply }: { readonly text: string; readonly reply: Pick<ReplyRoute, "address" | "audience"> }, now: number): Promise<boolean> {
  if ((await tx.get(findRunningTurn, { session_key: key })) !== undefined) return false;
  await noteSent(tx, key, { because: `The scheduled job "${job.name}" was done. This was sent here:`, text, agentId: job.agentId, address: reply.address, audience: reply.audience }, ids, now);
  return true;
}

const STATES: Readonly<Record<string, RunDelivery>> = { sent: "delivered", failed: "not-delivered", unknown: "unknown", held: "held", pending: "sending", sending: "sending" };

/** What became of what was sent. A delivery that is not there any more was dropped by its owner, or is long forgotten. */
export function deliveryNow({ delivery }: Pick<JobRunRow, "delivery">, sent: { readonly state: string } | undefined): RunDelivery {
  if (delivery !== "sending" && delivery !== "held") return delivery as RunDelivery;
  return sent === undefined ? (delivery === "held" ? "not-delivered" : "unknown") : (STATES[sent.state] ?? "unknown");
}

/** Looks after what a run that has ended still owes: what became of what was sent, and telling it where it went. */
export async function followRun(parts: JobParts, run: JobRunRow): Promise<boolean> {
  const { store, clock } = parts;
  const sent = run.delivery_id === null ? undefined : await store.get(findDelivery, { id: run.delivery_id });
  const delivery = deliveryNow(run, sent);
  const mirror = run.mirror_key;
  if (delivery === run.delivery && mirror === null) return false;
  const now = clock.now();
  return store.transaction(async (tx) => {
    const row = await tx.get(findJob, { id: run.job_id });
    const words = sent === undefined ? null : { text: sent.text, reply: { address: { channel: sent.channel, account: sent.account, chat: sent.chat, thread: sent.thread }, audience: sent.audience } };
    const told = mirror === null || words === null || row === undefined || (await tellThere(parts, tx, mirror, toJob(row), words, now));
    const change = changedRun(run, { delivery, mirror_key: told ? null : mirror });
    if ((await tx.run(putJobRun, change)) === 0) throw new Overtaken();
    if (row !== undefined && (delivery !== run.delivery || change.open === 0)) await noteDelivery(tx, row, run, delivery, change.open === 1);
    return told && mirror !== null;
  }, mirror ?? run.session_key ?? undefined).catch((thrown: unknown) => {
    if (thrown instanceof Overtaken) return false;
    throw thrown;
  });
}

/** What the job says of its last run; one that was to be done once goes when nothing is open any more. */
export async function noteDelivery(tx: Executor, row: JobRow, run: JobRunRow, delivery: string, isOpen: boolean): Promise<void> {
  const { over, lastRunAtMs } = stateOf(row);
  if (over === true && !isOpen) return removeJob(tx, row.id);
  if (lastRunAtMs === run.started_at && (await tx.run(putJob, changed(withDelivery(row, delivery), {}))) === 0) throw new Overtaken();
}
