import type { JobState, RunStatus } from "../domain/job.ts";
import type { Executor } from "../store/store.ts";
import type { JobRow } from "../store/tables.ts";
import { deleteJob } from "../store/statements/delete-job.ts";
import { deleteJobRuns } from "../store/statements/delete-job-runs.ts";
import { putJob } from "../store/statements/put-job.ts";
import { changed, planOf, stateOf, stateText } from "./rows.ts";

/** How a run ended. */
export interface RunEnd {
  readonly status: RunStatus;
  readonly error: string | null;
  readonly startedAt: number;
  readonly now: number;
  /** Something of it is still to be delivered. */
  readonly isOpen: boolean;
  /** When it is tried again, in place of the instant that would come next if that is later. */
  readonly retryAt?: number | null;
}

function nextState(state: JobState, { status, error, startedAt, now, retryAt }: RunEnd): JobState {
  const { runningAtMs: _, lastError: __, retries, ...kept } = state;
  return {
    ...kept,
    lastRunAtMs: startedAt,
    lastRunStatus: status,
    lastDurationMs: Math.max(0, now - startedAt),
    consecutiveErrors: status === "error" ? (state.consecutiveErrors ?? 0) + 1 : 0,
    ...(error === null ? {} : { lastError: error }),
    ...(typeof retryAt === "number" ? { retries: (retries ?? 0) + 1 } : {}),
  };
}

/**
 * Notes in a job how its run ended, and lets it go on. One that is done once is over: it is taken away with its runs, or, where that
 * is not wanted, switched off. False: somebody has written the job since it was read.
 */
export async function endJob(tx: Executor, row: JobRow, end: RunEnd): Promise<boolean> {
  const { schedule, deleteAfterRun } = planOf(row);
  const next = row.next_run_at;
  const retryAt = typeof end.retryAt === "number" && (next === null || end.retryAt < next) ? end.retryAt : null;
  const isOver = schedule.kind === "at" && next === null && retryAt === null;
  const goes = isOver && end.status !== "error" && deleteAfterRun !== false;
  if (goes && !end.isOpen) return removeJob(tx, row.id).then(() => true);
  const state = { ...nextState(stateOf(row), { ...end, retryAt }), ...(goes ? { over: true } : {}) };
  return (await tx.run(putJob, changed(row, { run_id: null, next_run_at: retryAt ?? next, enabled: isOver ? 0 : row.enabled, state: stateText(state) }))) > 0;
}

/** A job and all that is known of its runs. */
export async function removeJob(tx: Executor, id: string): Promise<void> {
  await tx.run(deleteJob, { id });
  await tx.run(deleteJobRuns, { job_id: id });
}
