import { createJobsDesk, createScheduler, type JobParts, type JobWorld, type Scheduler } from "../../src/automation/index.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { createIds } from "../../src/domain/ids.ts";
import { jobSettings } from "../../src/main/jobs.ts";
import type { JobEvent, JobsDesk, NewJob } from "../../src/operations/index.ts";
import { newJobSchema } from "../../src/operations/job-input.ts";
import type { Store } from "../../src/store/store.ts";
import { rowsIn } from "../store/database.ts";
import { until, type Harness } from "../line/harness.ts";

/** 2027-01-15T08:00:00Z, a Friday. */
export const START = Date.UTC(2027, 0, 15, 8);
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** A clock that stands still until it is told to go on. */
export function handClock(start = START): Clock & { go(ms: number): void; set(at: number): void } {
  let now = start;
  return { now: () => now, go: (ms) => void (now += ms), set: (at) => void (now = at) };
}

export interface Posted {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Jobs {
  readonly desk: JobsDesk;
  readonly scheduler: Scheduler;
  readonly parts: JobParts;
  readonly events: JobEvent[];
  readonly posted: Posted[];
  /** What is answered to the next posts; 200 when there is none left. */
  readonly statuses: number[];
  add(job: Omit<Partial<NewJob>, "schedule" | "payload"> & Pick<NewJob, "schedule" | "payload">): ReturnType<JobsDesk["add"]>;
  /** Looks until nothing of any run is open, and nothing runs. */
  settled(): Promise<void>;
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

/** A scheduler and a desk beside a line, as a gateway has them. */
export function jobsBeside(h: Harness, clock: Clock, store: Store = h.store, log: JobWorld["log"] = quiet): Jobs {
  const events: JobEvent[] = [];
  const posted: Posted[] = [];
  const statuses: number[] = [];
  const parts: JobParts = { store, clock, ids: createIds(clock), settings: jobSettings(h.settings.current) };
  const world: JobWorld = {
    log,
    wakeTurns: h.line.turns.wake,
    wakeOutbox: h.line.notices.wake,
    onSession: () => undefined,
    tell: (event) => void events.push(event),
    tellHeld: h.line.notices.tellHeld,
    post: async (request) => {
      posted.push(request);
      return statuses.shift() ?? 200;
    },
  };
  const scheduler = createScheduler({ ...parts, world });
  const desk = createJobsDesk({ ...parts, zone: () => "UTC", tell: world.tell, wakeTurns: world.wakeTurns, scheduler, onChange: () => undefined });
  const settled = async (): Promise<void> => {
    await until("no run is open", async () => {
      scheduler.wake();
      // In this order: what is due becomes what is open.
      return !(await isDue(h, clock)) && (await rowsIn(h.directory, "select id from job_runs where open = 1")).length === 0;
    });
    await h.settled();
  };
  return { desk, scheduler, parts, events, posted, statuses, settled, add: (job) => desk.add(newJobSchema.parse({ name: "A job", ...job })) };
}

async function isDue(h: Harness, clock: Clock): Promise<boolean> {
  return (await rowsIn(h.directory, "select id from jobs where enabled = 1 and next_run_at <= ?", clock.now())).length > 0;
}

export interface RunRow {
  readonly id: string;
  readonly job_id: string;
  readonly kind: string;
  readonly due_at: number;
  readonly status: string;
  readonly error: string | null;
  readonly session_key: string | null;
  readonly delivery: string;
}

export async function runRows(h: Pick<Harness, "directory">): Promise<RunRow[]> {
  const rows = await rowsIn<RunRow>(h.directory, "select id, job_id, kind, due_at, status, error, session_key, delivery from job_runs order by id");
  return rows.map((row) => ({ ...row, due_at: Number(row.due_at) }));
}
