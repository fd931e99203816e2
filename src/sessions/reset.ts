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
    atHour: typed?.atHour ?? base?.atHour ?? DEFAULT_HOUR,
    idleMinutes: Math.max(0, Math.floor(typed?.idleMinutes ?? base?.idleMinutes ?? legacyIdle ?? 0)),
  };
}

/** The last daily boundary at or before `now`, by local calendar fields, so that clock changes are right (spec 4.2). */
export function dailyBoundary(now: number, atHour: number): number {
  const boundary = new Date(now);
  boundary.setHours(atHour, 0, 0, 0);
  if (now < boundary.getTime()) {
    boundary.setDate(boundary.getDate() - 1);
    boundary.setHours(atHour, 0, 0, 0);
  }
  return boundary.getTime();
}

/** Why the session is stale, or null while it is fresh (spec 4.2): exactly at a limit is still fresh. */
export function staleReason(
  policy: ResetPolicy,
  times: { readonly startedAt: number; readonly lastInteractionAt: number },
  now: number,
): Extract<BeganReason, "daily" | "idle"> | null {
  if (policy.mode === "none") return null;
  const idleLimit = policy.idleMinutes * 60_000;
  if (idleLimit > 0 && times.lastInteractionAt <= now && now > times.lastInteractionAt + idleLimit) return "idle";
  if (policy.mode === "daily" && times.startedAt <= now && times.startedAt < dailyBoundary(now, policy.atHour)) return "daily";
  return null;
}
