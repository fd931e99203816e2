import { z } from "zod";
import { DURATION_MESSAGE, parseDuration, parseSize, SIZE_MESSAGE, type DurationUnit } from "../durations.ts";

/** A setting that Continuo reads: its meaning and one valid value, for the JSON Schema, the reference page and the errors. */
export function setting<T extends z.ZodType>(schema: T, description: string, example: unknown): T {
  return schema.meta({ description, "x-example": example });
}

/** Checked like any other, but nothing in this version acts on it; the reference page says so. */
export function validated<T extends z.ZodType>(schema: T, description: string, example: unknown): T {
  return schema.meta({ description, "x-example": example, "x-unused": true });
}

/** A setting of OpenClaw that has no meaning here: accepted, so that its files load. */
export function foreign(): z.ZodOptional<z.ZodUnknown> {
  return z.unknown().optional().meta({ description: "A setting of OpenClaw; accepted and not used.", "x-foreign": true });
}

/**
 * A map whose keys come from outside (ids, names). It has no prototype, so that looking up
 * `constructor` finds nothing; a `__proto__` key is refused before the schema sees it.
 */
export function mapOf<T extends z.ZodType>(value: T): z.ZodRecord<z.ZodString, T> {
  return z.record(z.string(), value).overwrite((map) => Object.assign(Object.create(null) as typeof map, map));
}

function failed(input: unknown, message: string, fix: string): z.core.$ZodRawIssue {
  return { code: "custom", input, message, params: { fix } };
}

/** Read as whole milliseconds. */
export function duration(unit: DurationUnit) {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const ms = parseDuration(value, unit);
    if (ms !== null) return ms;
    context.issues.push(failed(value, DURATION_MESSAGE, 'write a number with its unit, for example "30d" or "1h30m"'));
    return z.NEVER;
  }).meta({ "x-kind": "duration" });
}

/** Shorter than a second, a busy moment would look like a death. */
export const leaseDuration = duration("s").refine((ms) => ms >= 1_000 && ms <= 600_000, { message: "between 1s and 10m" });

/** Read as whole bytes. */
export function size() {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const bytes = parseSize(value);
    if (bytes !== null) return bytes;
    context.issues.push(failed(value, SIZE_MESSAGE, 'write a number with its unit, for example "500mb"'));
    return z.NEVER;
  }).meta({ "x-kind": "size" });
}

/** A token, key or password. Empty counts as unset: an empty secret must never open a door. */
export function secret() {
  return z
    .string()
    .transform((text) => (text.trim() === "" ? undefined : text))
    .optional()
    .meta({ "x-kind": "secret" });
}

/**
 * An id of a platform. Numbers become text; one too large for JavaScript to hold exactly is refused,
 * because its last digits are already lost and it would name somebody else.
 */
export const platformId = z.union([z.string(), z.number()]).transform((value, context) => {
  if (typeof value === "string") return value.trim();
  if (Number.isSafeInteger(value)) return String(value);
  context.issues.push(failed(value, "this number is too large to be kept exactly", "put the id in quotes"));
  return z.NEVER;
}).meta({ "x-kind": "id" });

/** What PostgreSQL's own tools take, as an address. */
export const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });
export const httpUrl = z.url({ protocol: /^https?$/ });

export const count = z.int().min(0);
export const positive = z.int().min(1);

/** A model as `provider/model`, or with the ones to try after it; always read as the second form. */
export const modelChoice = z
  .union([z.string().min(1), z.looseObject({ primary: z.string().min(1), fallbacks: z.array(z.string().min(1)).default([]) })])
  .transform((choice) =>
    typeof choice === "string" ? { primary: choice, fallbacks: [] } : { primary: choice.primary, fallbacks: choice.fallbacks },
  )
  .meta({ "x-kind": "model" });
