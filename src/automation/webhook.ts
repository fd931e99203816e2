import type { Job } from "../domain/job.ts";
import type { JobRunRow } from "../store/tables.ts";
import { findInboxById } from "../store/statements/find-inbox-by-id.ts";
import { findJob } from "../store/statements/find-job.ts";
import { findTurnAnswer } from "../store/statements/find-turn-answer.ts";
import { putJobRun } from "../store/statements/put-job-run.ts";
import { deliveryOf } from "./delivery.ts";
import type { JobParts, JobWorld } from "./parts.ts";
import { changedRun, toJob } from "./rows.ts";
import { noteDelivery } from "./settle.ts";

/** Pauses before it is tried again; then it is given up. */
const PAUSES_MS = [30_000, 60_000, 120_000, 600_000];
/** Nobody tries while somebody does: longer than a post may take. */
const LAST_MS = 60_000;

async function answerOf({ store }: JobParts, run: JobRunRow): Promise<string | null> {
  const item = run.item_id === null ? undefined : await store.get(findInboxById, { id: run.item_id });
  if (!item?.turn_id || run.session_id === null) return run.summary;
  return (await store.get(findTurnAnswer, { session_id: run.session_id, turn_id: item.turn_id }))?.text ?? run.summary;
}

async function bodyOf(parts: JobParts, job: Job, run: JobRunRow): Promise<string> {
  const ended = { runAtMs: run.started_at, durationMs: Math.max(0, (run.ended_at ?? run.started_at) - run.started_at), nextRunAtMs: job.state.nextRunAtMs };
  return JSON.stringify({
    ...{ action: "finished", jobId: job.id, name: job.name, runId: run.id, dueAtMs: run.due_at, status: run.status, ...ended },
    ...{ sessionKey: run.session_key ?? undefined, sessionId: run.session_id ?? undefined, error: run.error ?? undefined, summary: (await answerOf(parts, run)) ?? undefined },
  });
}

/**
 * Posts what a run came to, if its time has come. The try is noted before it is made, so that two gateways do not make it at
 * once; who dies in it leaves the next try to whoever looks then: a receiver tells a repetition by `Idempotency-Key`.
 */
export async function postRun(parts: JobParts, world: Pick<JobWorld, "post" | "log">, run: JobRunRow): Promise<void> {
  const { store, clock, settings } = parts;
  const now = clock.now();
  if (run.delivery !== "owed" || run.status === "running" || (run.deliver_at ?? 0) > now) return;
  const row = await store.get(findJob, { id: run.job_id });
  if (row === undefined) return;
  const job = toJob(row);
  const url = deliveryOf(job).to ?? settings.cron().webhook;
  const pause = PAUSES_MS[run.tries];
  // Whoever made the last try died in it: nobody knows.
  if (run.tries > PAUSES_MS.length) return endPost(parts, run, "unknown", run.error);
  const claimed = { ...run, tries: run.tries + 1, deliver_at: now + (pause ?? LAST_MS) };
  if (url === undefined) return endPost(parts, run, "not-delivered", "There is no address any more to post it to (delivery.to, cron.webhook).");
  if ((await store.run(putJobRun, changedRun(run, claimed))) === 0) return;
  const token = settings.cron().webhookToken;
  const headers = { "content-type": "application/json", "idempotency-key": run.id, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const failure = await world.post({ url, headers, body: await bodyOf(parts, job, run) }).then((status) => (status >= 200 && status < 300 ? null : `It answered with HTTP ${status}.`), (error: unknown) => (error instanceof Error ? error.message : String(error)));
  if (failure !== null) world.log.warn({ jobId: job.id, run: run.id, tries: claimed.tries, why: failure }, "the result of a job could not be posted");
  if (failure !== null && pause !== undefined) return;
  const posted: JobRunRow = { ...claimed, revision: run.revision + 1 };
  await (failure === null ? endPost(parts, posted, "delivered", run.error) : endPost(parts, posted, "not-delivered", run.error ?? `The webhook was not reached: ${failure}`));
}

async function endPost({ store }: JobParts, run: JobRunRow, delivery: "delivered" | "not-delivered" | "unknown", error: string | null): Promise<void> {
  await store.transaction(async (tx) => {
    const job = await tx.get(findJob, { id: run.job_id });
    const change = changedRun(run, { delivery, deliver_at: null, error });
    if ((await tx.run(putJobRun, change)) === 0 || job === undefined) return;
    await noteDelivery(tx, job, run, delivery, change.open === 1);
  }, run.session_key ?? undefined);
}
