import { normalizeAgentId } from "../domain/agent-id.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Job, JobPlan, JobSchedule } from "../domain/job.ts";
import type { JobPatch, NewJob } from "../operations/index.ts";
import { sourceKey } from "../routing/sources.ts";
import { deliveryOf } from "./delivery.ts";
import { destinationOf } from "./destination.ts";
import type { JobParts } from "./parts.ts";
import { mayBegin, namedSession, noSuchSession } from "./target.ts";

function invalid(what: string): ContinuoError {
  return new ContinuoError("REQUEST_INVALID", what);
}

/** The hour of a schedule is that of where it was made, whatever machine fires it. */
function withDefaults(schedule: JobSchedule, zone: () => string, now: number): JobSchedule {
  if (schedule.kind === "cron") return { ...schedule, tz: schedule.tz ?? zone() };
  return schedule.kind === "every" ? { ...schedule, anchorMs: schedule.anchorMs ?? now } : schedule;
}

function defined<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** A job as it was asked for, with what was left out. */
export function newJob({ settings }: JobParts, wanted: NewJob, { id, zone, now }: { readonly id: string; readonly zone: () => string; readonly now: number }): Job {
  const keys = settings.keys();
  const agentId = wanted.agentId ? normalizeAgentId(wanted.agentId) : keys.defaultAgentId;
  const plan: JobPlan = {
    ...defined({ description: wanted.description, delivery: wanted.delivery }),
    schedule: withDefaults(wanted.schedule, zone, now),
    sessionTarget: wanted.sessionTarget ?? (wanted.payload.kind === "systemEvent" ? "main" : "isolated"),
    wakeMode: wanted.wakeMode,
    payload: wanted.payload,
    ...defined({ deleteAfterRun: wanted.deleteAfterRun ?? (wanted.schedule.kind === "at" ? true : undefined) }),
  };
  const sessionKey = wanted.sessionKey ? sourceKey({ kind: "cron-session", agentId, key: wanted.sessionKey }, keys).sessionKey : null;
  return { id, agentId, sessionKey, name: wanted.name.trim(), enabled: wanted.enabled, createdAtMs: now, updatedAtMs: now, ...plan, state: {} };
}

/** A job with what is to change of it. */
export function patched({ settings }: JobParts, job: Job, patch: JobPatch, zone: () => string, now: number): Job {
  const { agentId, sessionKey, delivery, schedule, ...rest } = patch;
  const { delivery: before, ...kept } = job;
  const agent = agentId ? normalizeAgentId(agentId) : agentId === null ? settings.keys().defaultAgentId : job.agentId;
  const key = sessionKey ? sourceKey({ kind: "cron-session", agentId: agent, key: sessionKey }, settings.keys()).sessionKey : sessionKey === null ? null : job.sessionKey;
  const sends = delivery === undefined ? before : (delivery ?? undefined);
  return { ...kept, ...defined(rest), agentId: agent, sessionKey: key, ...(sends === undefined ? {} : { delivery: sends }), schedule: schedule === undefined ? job.schedule : withDefaults(schedule, zone, now), updatedAtMs: now };
}

const URL_FORM = /^https?:\/\/[^\s/]+/i;

function checkTogether({ settings }: JobParts, job: Job): void {
  const { payload, sessionTarget: target, delivery } = job;
  if (target === "main" && payload.kind !== "systemEvent") throw invalid('main cron jobs require payload.kind="systemEvent"');
  if (target !== "main" && payload.kind !== "agentTurn") throw invalid('isolated/current/session cron jobs require payload.kind="agentTurn"');
  if (target === "current" && job.sessionKey === null) throw invalid("sessionTarget current needs sessionKey: the session that it is made in.");
  const isOwn = target === "isolated";
  if (!isOwn && payload.kind === "agentTurn" && (payload.model ?? payload.thinking) !== undefined) throw invalid("payload.model and payload.thinking are for isolated jobs: a session that people use keeps what they chose.");
  if (delivery?.mode !== "webhook") return;
  const to = delivery.to ?? settings.cron().webhook;
  if (to === undefined || !URL_FORM.test(to)) throw invalid('delivery.mode "webhook" requires delivery.to, an http or https URL');
}

/**
 * Throws for a job that could not be run as it stands: REQUEST_INVALID, AGENT_UNKNOWN, SESSION_NOT_FOUND; and
 * JOB_TARGET_MISSING, CHANNEL_UNKNOWN where its words would reach nobody (P7).
 */
export async function checkJob(parts: JobParts, job: Job): Promise<void> {
  const { settings, store } = parts;
  if (job.name === "") throw invalid("A job needs a name.");
  if (!settings.hasAgent(job.agentId)) throw new ContinuoError("AGENT_UNKNOWN", `There is no agent "${job.agentId}".`);
  checkTogether(parts, job);
  if (job.sessionTarget === "current" || job.sessionTarget.startsWith("session:")) {
    const { key, session } = await namedSession(store, job, settings.keys());
    if (session === undefined && !mayBegin(key.sessionKey)) throw noSuchSession(key.sessionKey);
  }
  const delivery = deliveryOf(job);
  if (delivery.mode === "announce" && delivery.bestEffort !== true) await destinationOf(parts, job, delivery);
}
