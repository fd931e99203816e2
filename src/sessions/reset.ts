import type { ResetType } from "../domain/route.ts";
import type { BeganReason } from "../domain/session.ts";

export interface ResetPolicy {
  readonly mode: "none" | "daily" | "idle";
  readonly atHour: number;
  /** 0 means never. */
  readonly idleMinutes: number;
}

interface ResetLayer {
  readonly mode?: "none" | "daily" | "idle" | undefined;
  readonly atHour?: number | undefined;
  readonly idleMinutes?: number | undefined;
}

/** The part of the configuration that decides when a session rolls over by itself (spec 4.1). */
export interface ResetSource {
  readonly idleMinutes?: number | undefined;
  readonly reset?: ResetLayer | undefined;
  readonly resetByType?: { readonly [type in ResetType | "dm"]?: ResetLayer | undefined } | undefined;
  readonly resetByChannel?: { readonly [channel: string]: ResetLayer | undefined } | undefined;
}

const DEFAULT_HOUR = 4;

function channelLayer(source: ResetSource, channel: string): ResetLayer | undefined {
  const layers = source.resetByChannel;
  return layers && Object.hasOwn(layers, channel) ? layers[channel] : undefined;
}

function wholeNumber(value: number, least: number, most: number): number {
  return Number.isNaN(value) ? least : Math.min(most, Math.max(least, Math.floor(value)));
}

/** Layers merge field by field; a channel's own settings replace all others (spec 4.1; default `none`, A5). */
export function resetPolicy(source: ResetSource, type: ResetType, channel: string): ResetPolicy {
  const override = channelLayer(source, channel);
  const base = override ?? source.reset;
  const typed = override ? undefined : (source.resetByType?.[type] ?? (type === "direct" ? source.resetByType?.dm : undefined));
  const legacyIdle = override ? undefined : source.idleMinutes;
  const nothingElse = !source.reset && !source.resetByType;
  const fallback = nothingElse && legacyIdle !== undefined ? "idle" : "none";
  return {
    mode: typed?.mode ?? base?.mode ?? fallback,
    atHour: wholeNumber(typed?.atHour ?? base?.atHour ?? DEFAULT_HOUR, 0, 23),
    idleMinutes: wholeNumber(typed?.idleMinutes ?? base?.idleMinutes ?? legacyIdle ?? 0, 0, Number.POSITIVE_INFINITY),
  };
}

/**
 * The last daily boundary at or before `now`, by local calendar fields, so that clock changes are right (spec 4.2): an
 * hour that a change of the clocks leaves out is the instant after the gap, one that comes twice is its first.
 */
export function dailyBoundary(now: number, atHour: number): number {
  const day = new Date(now);
  for (let back = 0; ; back++) {
    const boundary = new Date(day.getFullYear(), day.getMonth(), day.getDate() - back, atHour).getTime();
    // Where a whole day was left out (a move over the date line), its boundary lies on the next.
    if (boundary <= now || Number.isNaN(boundary)) return boundary;
  }
}

/** What is kept of when a session began and was last used; imported rows lack some of it (spec 4.2). */
export interface KnownTimes {
  readonly sessionStartedAt?: number | null;
  /** Of the transcript's header, or what a row of the simple form calls `created`. */
  readonly writtenAt?: number | null;
  readonly updatedAt?: number | null;
  readonly lastInteractionAt?: number | null;
}

/** Null: nothing is known, and nothing expires by it. */
export interface SessionAges {
  readonly startedAt: number | null;
  readonly lastInteractionAt: number | null;
}

function isTime(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** The ages to go by, in the order of spec 4.2. Activity alone (`updatedAt`) is never an interaction. */
export function sessionAges({ sessionStartedAt, writtenAt, updatedAt, lastInteractionAt }: KnownTimes): SessionAges {
  const startedAt = [sessionStartedAt, writtenAt, updatedAt].find(isTime) ?? null;
  return { startedAt, lastInteractionAt: isTime(lastInteractionAt) ? lastInteractionAt : startedAt };
}

/**
 * Why the session is stale, or null while it is fresh (spec 4.2): exactly at a limit is still fresh. Nothing expires by a
 * time that lies ahead: another gateway's clock may be a little faster, and a message that just came is no long silence.
 */
export function staleReason(policy: ResetPolicy, times: SessionAges, now: number): Extract<BeganReason, "daily" | "idle"> | null {
  if (policy.mode === "none") return null;
  const { startedAt, lastInteractionAt } = times;
  const idleLimit = policy.idleMinutes * 60_000;
  // What lies ahead of `now` is not past its limit either.
  if (idleLimit > 0 && isTime(lastInteractionAt) && now > lastInteractionAt + idleLimit) return "idle";
  if (policy.mode === "daily" && isTime(startedAt) && startedAt < dailyBoundary(now, policy.atHour)) return "daily";
  return null;
}
