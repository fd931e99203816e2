import type { Job, JobPlan, JobState, RunDelivery, RunStatus } from "../domain/job.ts";
import type { JobRow, JobRunRow } from "../store/tables.ts";

export function planOf({ job }: Pick<JobRow, "job">): JobPlan {
  return JSON.parse(job) as JobPlan;
}

export function stateOf({ state }: Pick<JobRow, "state">): JobState {
  return JSON.parse(state) as JobState;
}

/** A job as it is shown and exported. */
export function toJob(row: JobRow): Job {
  const { over: _, retries: __, ...state } = stateOf(row);
  return {
    id: row.id,
    agentId: row.agent_id,
    sessionKey: row.session_key,
    name: row.name,
    enabled: row.enabled === 1,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
    ...planOf(row),
    state: { ...(row.next_run_at === null ? {} : { nextRunAtMs: row.next_run_at }), ...state },
  };
}

/** What is stored of a plan: nothing that stands in a column. */
export function planText({ description, deleteAfterRun, schedule, sessionTarget, wakeMode, payload, delivery }: JobPlan): string {
  return JSON.stringify({ description, deleteAfterRun, schedule, sessionTarget, wakeMode, payload, delivery } satisfies JobPlan);
}

/** The part of a state that no column has. */
export function stateText(state: JobState): string {
  return JSON.stringify({ ...state, nextRunAtMs: undefined });
}

/** A write of a job goes by what was read of it. */
export function changed(row: JobRow, change: Partial<JobRow>): Omit<JobRow, "created_at"> {
  const { created_at: _, ...rest } = { ...row, ...change };
  return { ...rest, revision: row.revision };
}

export function changedRun(row: JobRunRow, change: Partial<JobRunRow>) {
  const next = { ...row, ...change };
  return {
    ...{ id: row.id, revision: row.revision, ended_at: next.ended_at, status: next.status, error: next.error, session_id: next.session_id, item_id: next.item_id },
    ...{ delivery: next.delivery, delivery_id: next.delivery_id, mirror_key: next.mirror_key, deliver_at: next.deliver_at, tries: next.tries, summary: next.summary },
    open: isOpen(next) ? 1 : 0,
  };
}

/** Whether something of a run is still to be looked after. What is held waits for its owner, as long as that takes. */
function isOpen({ status, delivery, mirror_key: mirror }: JobRunRow): boolean {
  return status === "running" || delivery === "owed" || delivery === "sending" || mirror !== null;
}

/** One line of `cron.runs`. */
export function toRun(row: JobRunRow) {
  return {
    id: row.id,
    jobId: row.job_id,
    kind: row.kind as RunKind,
    dueAtMs: row.due_at,
    runAtMs: row.started_at,
    ...(row.ended_at === null ? {} : { endedAtMs: row.ended_at, durationMs: Math.max(0, row.ended_at - row.started_at) }),
    status: row.status as RunStatus | "running",
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.summary === null ? {} : { summary: row.summary }),
    ...(row.session_key === null ? {} : { sessionKey: row.session_key }),
    ...(row.session_id === null ? {} : { sessionId: row.session_id }),
    delivered: row.delivery === "delivered",
    deliveryStatus: row.delivery as RunDelivery,
  };
}

/** `due`: its instant came; `retry`: it is tried again; `manual`: somebody asked for it. */
export type RunKind = "due" | "retry" | "manual";

/** The four words that clients know. */
export function knownDelivery(delivery: string): NonNullable<JobState["lastDeliveryStatus"]> {
  return delivery === "delivered" || delivery === "unknown" || delivery === "not-requested" ? delivery : "not-delivered";
}
