import { Cron } from "croner";
import { createHash } from "node:crypto";
import { ContinuoError, isContinuoError } from "../domain/errors.ts";
import type { Job, JobSchedule } from "../domain/job.ts";

/** What decides when a job is due. */
export type Timed = Pick<Job, "id" | "createdAtMs" | "schedule">;

function invalid(what: string): ContinuoError {
  return new ContinuoError("REQUEST_INVALID", what);
}

/** Five fields, with seconds six; a name for some of them. A date is no pattern, though the library takes it for one. */
const PATTERN = /^@[a-z]+$|^\S+(?:\s+\S+){4,5}$/i;

function patternOf({ expr, tz }: Extract<JobSchedule, { kind: "cron" }>): Cron {
  if (!PATTERN.test(expr.trim())) throw invalid(`"${expr}" is no cron expression: it has five fields (minute, hour, day, month, weekday), or six with seconds first.`);
  try {
    return new Cron(expr.trim(), { paused: true, ...(tz === undefined ? {} : { timezone: tz }) });
  } catch (error) {
    throw invalid(`"${expr}" is no cron expression: ${error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error)}.`);
  }
}

/** A zone that nobody knows is noticed only when an instant is asked for. */
function nextOfPattern(schedule: Extract<JobSchedule, { kind: "cron" }>, after: number): number | null {
  const pattern = patternOf(schedule);
  try {
    return pattern.nextRun(new Date(after))?.getTime() ?? null;
  } catch (error) {
    throw new ContinuoError("REQUEST_INVALID", `"${schedule.tz ?? ""}" is no time zone: use a name such as Europe/Berlin.`, { cause: error });
  }
}

/** The same for a job wherever it is computed, and spread over the window for different ones. */
function staggerOf({ id, schedule }: Timed): number {
  const window = schedule.kind === "cron" ? (schedule.staggerMs ?? 0) : 0;
  return window <= 0 ? 0 : createHash("sha256").update(id).digest().readUInt32BE(0) % window;
}

function timeOf(at: string): number {
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) throw invalid(`"${at}" is no time: write it as 2026-12-24T18:00:00Z.`);
  return ms;
}

/**
 * The first instant of a job after `after`, ms; null when there is none. An hour that the clocks leave out is the instant after the
 * gap, and what comes twice in an autumn night is its first time, save for jobs that come every so often. Throws
 * REQUEST_INVALID for a schedule that is none.
 */
export function nextInstant(job: Timed, after: number): number | null {
  const { schedule } = job;
  switch (schedule.kind) {
    case "at": {
      const at = timeOf(schedule.at);
      return at > after ? at : null;
    }
    case "every": {
      const anchor = schedule.anchorMs ?? job.createdAtMs;
      return after < anchor ? anchor : anchor + (Math.floor((after - anchor) / schedule.everyMs) + 1) * schedule.everyMs;
    }
    case "cron": {
      const stagger = staggerOf(job);
      const next = nextOfPattern(schedule, after - stagger);
      return next === null ? null : next + stagger;
    }
  }
}

/** How long past its time a new job may still be meant for now. */
const JUST_NOW_MS = 60_000;

/** The first instant of a job that is made, or changed, now. Throws REQUEST_INVALID for one that will never be due. */
export function firstInstant(job: Timed, now: number): number {
  if (job.schedule.kind === "at") {
    const at = timeOf(job.schedule.at);
    if (at < now - JUST_NOW_MS) throw invalid(`${job.schedule.at} is past: a job that is done once lies ahead.`);
    return at;
  }
  const next = nextInstant(job, now);
  if (next === null) throw invalid("This schedule is never due.");
  return next;
}

/** The same, where what is stored may be a schedule that is over: null. */
export function instantOrNone(job: Timed, now: number): number | null {
  try {
    return firstInstant(job, now);
  } catch (error) {
    if (isContinuoError(error)) return null;
    throw error;
  }
}
