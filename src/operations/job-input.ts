import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import type { JobDelivery, JobPayload, JobSchedule, JobTarget } from "../domain/job.ts";

/** Ten years: what is longer is a mistake, and no timer. */
const LONGEST_MS = 10 * 366 * 24 * 3_600_000;
const MOST_CHARS = 100_000;
const id = z.string().min(1).max(200);

const schedule = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("at"), at: z.string().min(1).max(64) }),
  z.object({ kind: z.literal("every"), everyMs: z.int().min(1_000).max(LONGEST_MS), anchorMs: z.int().min(0).optional() }),
  z.object({ kind: z.literal("cron"), expr: z.string().min(1).max(200), tz: z.string().min(1).max(64).optional(), staggerMs: z.int().min(0).max(LONGEST_MS).optional() }),
]) satisfies z.ZodType<JobSchedule>;

const payload = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("systemEvent"), text: z.string().min(1).max(MOST_CHARS) }),
  z.object({
    kind: z.literal("agentTurn"),
    message: z.string().min(1).max(MOST_CHARS),
    model: z.string().min(1).max(200).optional(),
    thinking: z.enum(["off", "minimal", "low", "medium", "high"]).optional(),
    timeoutSeconds: z.int().min(1).max(86_400).optional(),
  }),
]) satisfies z.ZodType<JobPayload>;

/** OpenClaw's clients write numbers here, too. */
const place = z.union([z.string().min(1).max(200), z.int()]).transform(String);

const delivery = z.object({
  mode: z.enum(["none", "announce", "webhook"]),
  channel: id.optional(),
  to: z.union([z.string().min(1).max(2_000), z.int()]).transform(String).optional(),
  accountId: id.optional(),
  threadId: place.optional(),
  bestEffort: z.boolean().optional(),
}) satisfies z.ZodType<JobDelivery>;

const target = z.custom<JobTarget>((value) => value === "main" || value === "isolated" || value === "current" || (typeof value === "string" && /^session:.{1,512}$/.test(value)), "must be main, isolated, current or session:<key>");

const fields = {
  name: z.string().min(1).max(200),
  description: z.string().max(2_000).optional(),
  agentId: z.string().min(1).max(64).nullish(),
  sessionKey: z.string().min(1).max(512).nullish(),
  enabled: z.boolean(),
  deleteAfterRun: z.boolean().optional(),
  schedule,
  sessionTarget: target,
  wakeMode: z.enum(["now", "next-heartbeat"]),
  payload,
  delivery: delivery.optional(),
};

/** A job as it is asked for; what goes together is checked where it is made (spec 1.7). */
export const newJobSchema = z.object({ ...fields, enabled: fields.enabled.default(true), wakeMode: fields.wakeMode.default("now"), sessionTarget: target.optional() });

/** What is to change of a job. A delivery is replaced as a whole; null takes it away. */
export const jobPatchSchema = z.object({ ...fields, delivery: delivery.nullish() }).partial();

/** OpenClaw's clients call it either way. */
export const jobName = { id: id.optional(), jobId: id.optional() };

/** Throws REQUEST_INVALID where neither is given. */
export function jobIdOf(named: { readonly id?: string | undefined; readonly jobId?: string | undefined }): string {
  const given = named.id ?? named.jobId;
  if (given === undefined) throw new ContinuoError("REQUEST_INVALID", "must have required property 'id'");
  return given;
}

export type NewJob = z.output<typeof newJobSchema>;
export type JobPatch = z.output<typeof jobPatchSchema>;
