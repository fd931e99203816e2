import { z } from "zod";
import { isContinuoError, type ErrorCode } from "../domain/errors.ts";
import type { Job, JobState } from "../domain/job.ts";
import { newJobSchema } from "../operations/index.ts";
import { findJob } from "../store/statements/find-job.ts";
import { insertJob } from "../store/statements/insert-job.ts";
import { checkJob, newJob } from "./define.ts";
import { allJobs, rowFor } from "./desk.ts";
import type { JobParts } from "./parts.ts";
import { instantOrNone } from "./schedule.ts";

/** What became of the jobs of another program's file. */
export interface ImportedJobs {
  readonly found: number;
  /** Made, or in a dry run: would be. */
  readonly added: number;
  readonly there: number;
  /** Taken, and switched off: each with why. */
  readonly off: readonly JobNote[];
  /** Taken without something that is not used here: each with what. */
  readonly without: readonly JobNote[];
  readonly refused: readonly JobNote[];
}

export interface JobNote {
  readonly name: string;
  readonly why: string;
}

const times = { createdAtMs: z.int().min(0).optional(), updatedAtMs: z.int().min(0).optional() };
const stateSchema = z.object({ lastRunAtMs: z.int().optional(), lastRunStatus: z.enum(["ok", "error", "skipped"]).optional(), lastDurationMs: z.number().optional(), consecutiveErrors: z.int().optional(), lastError: z.string().max(2_000).optional() }).catch({});
const storedSchema = newJobSchema.extend({ id: z.string().min(1).max(200), ...times, state: stateSchema.optional() });
const fileSchema = z.union([z.array(z.unknown()), z.object({ jobs: z.array(z.unknown()) }).transform(({ jobs }) => jobs)]);

/** What keeps a job from running as it stands, and may be set right by its owner. */
const MENDABLE: readonly ErrorCode[] = ["JOB_TARGET_MISSING", "CHANNEL_UNKNOWN", "SESSION_NOT_FOUND", "AGENT_UNKNOWN"];

/** What OpenClaw knows of a job and is not used here (spec 1.7). */
const unusedSchema = z.object({
  payload: z.object({ lightContext: z.unknown().optional(), toolsAllow: z.unknown().optional() }),
  delivery: z.object({ failureDestination: z.unknown().optional() }).optional(),
  failureAlert: z.unknown().optional(),
});

function unusedIn(stored: unknown): string[] {
  const { payload, delivery, failureAlert } = unusedSchema.parse(stored);
  return Object.entries({ ...payload, ...delivery, failureAlert }).flatMap(([name, value]) => (value === undefined || value === false ? [] : [name]));
}

function nameIn(stored: unknown): string {
  const { name, id } = (typeof stored === "object" && stored !== null ? stored : {}) as { readonly name?: unknown; readonly id?: unknown };
  return String(name ?? id ?? "?");
}

type Taken = { readonly job: Job; readonly off: string | null } | { readonly refused: string };

async function take(parts: JobParts, stored: unknown, zone: () => string, now: number): Promise<Taken> {
  const parsed = storedSchema.safeParse(stored);
  if (!parsed.success) return { refused: parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).slice(0, 3).join("; ") };
  const { id, createdAtMs = now, updatedAtMs = createdAtMs, state } = parsed.data;
  try {
    const made = newJob(parts, parsed.data, { id, zone, now: createdAtMs });
    const job: Job = { ...made, updatedAtMs, state: (state ?? {}) as JobState };
    const off = await checkJob(parts, job).then(() => null, (error: unknown) => (isContinuoError(error) && MENDABLE.includes(error.code) ? error.message : Promise.reject(error)));
    const isOver = job.enabled && instantOrNone(job, now) === null;
    return { job, off: off ?? (isOver ? "it is never due again" : null) };
  } catch (error) {
    if (!isContinuoError(error)) throw error;
    return { refused: error.message };
  }
}

/** Takes the jobs of `cron/jobs.json` over, under their ids; one that is there stays as it is. Nothing is written in a dry run. */
export async function importJobs(parts: JobParts, text: string, { zone, dryRun }: { readonly zone: () => string; readonly dryRun: boolean }): Promise<ImportedJobs> {
  const stored = fileSchema.parse(JSON.parse(text));
  const now = parts.clock.now();
  const [off, without, refused]: [JobNote[], JobNote[], JobNote[]] = [[], [], []];
  let [added, there] = [0, 0];
  for (const one of stored) {
    const name = nameIn(one);
    const taken = await take(parts, one, zone, now);
    if ("refused" in taken) {
      refused.push({ name, why: taken.refused });
      continue;
    }
    const { job } = taken;
    const isThere = (await parts.store.get(findJob, { id: job.id })) !== undefined;
    if (isThere) {
      there++;
      continue;
    }
    added++;
    if (taken.off !== null && job.enabled) off.push({ name, why: taken.off });
    const unused = unusedIn(one);
    if (unused.length > 0) without.push({ name, why: unused.join(", ") });
    const enabled = job.enabled && taken.off === null;
    if (!dryRun) await parts.store.run(insertJob, rowFor({ ...job, enabled }, enabled ? instantOrNone(job, now) : null));
  }
  return { found: stored.length, added, there, off, without, refused };
}

/** All jobs as OpenClaw keeps them (spec 1.7); null where there are none. */
export async function exportJobs({ store }: Pick<JobParts, "store">): Promise<{ readonly text: string; readonly count: number } | null> {
  const jobs = await allJobs(store);
  if (jobs.length === 0) return null;
  const known = jobs.map(({ sessionKey, ...job }) => ({ ...job, ...(sessionKey === null ? {} : { sessionKey }) }));
  return { text: `${JSON.stringify({ version: 1, jobs: known }, null, 2)}\n`, count: jobs.length };
}
