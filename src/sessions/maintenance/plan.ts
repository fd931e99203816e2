import type { ChatKind } from "../../domain/message.ts";
import { kindOfSession, type SessionKind } from "../kinds.ts";

/** Why a session is removed (spec 6.2); `deleted` is by somebody's wish, `missing` that its conversation is not there. */
export type Reason = "cron-retention" | "stale" | "cap-overflow" | "disk-budget" | "missing" | "deleted";

/** What an agent's sessions are kept within. Times in ms. */
export interface Limits {
  readonly pruneAfter: number;
  /** How long those of a kind are kept where that is not `pruneAfter`; null for ever. */
  readonly pruneAfterByKind: { readonly [Kind in SessionKind]?: number | null };
  readonly maxEntries: number;
  readonly trashRetention: number;
  /** Of the texts of the conversations and of the trash; null is no limit. */
  readonly maxDiskBytes: number | null;
  /** What is gone down to once there is more than `maxDiskBytes`. */
  readonly highWaterBytes: number | null;
  /** How long the session of a scheduled run stays; null for ever. */
  readonly cronRetention: number | null;
}

/** What an agent has at the moment. */
export interface Held {
  readonly sessions: number;
  readonly bytes: number;
}

export interface Candidate {
  readonly key: string;
  readonly chatKind: ChatKind;
  readonly updatedAt: number;
}

/**
 * How an agent's sessions are gone over, each from the one that was touched longest ago: what is too old goes first, so that
 * nothing else goes for the room that it takes; rooms and threads, which people come back to by where they are, go last.
 */
export const SWEEPS = ["age", "excess", "rooms"] as const;
export type Sweep = (typeof SWEEPS)[number];

const CRON_RUN = /^(?:agent:[^:]+:)?cron:[^:]+:run:[^:]+$/;
const ROOMS: readonly SessionKind[] = ["group", "channel", "thread"];

/** The session of one run of a job, which nobody comes back to. */
export function isCronRun(key: string): boolean {
  return CRON_RUN.test(key);
}

/** How long a session is kept untouched; null for ever. Rooms and threads do not grow old unless that is configured (spec 6.3). */
function keptFor({ key, chatKind }: Candidate, limits: Limits): number | null {
  const kind = kindOfSession(key, chatKind);
  const own = limits.pruneAfterByKind[kind];
  if (own !== undefined) return own;
  return ROOMS.includes(kind) ? null : limits.pruneAfter;
}

function ageReason(session: Candidate, limits: Limits, now: number): Reason | null {
  const { key, updatedAt } = session;
  if (limits.cronRetention !== null && isCronRun(key) && updatedAt < now - limits.cronRetention) return "cron-retention";
  const kept = keptFor(session, limits);
  return kept !== null && updatedAt < now - kept ? "stale" : null;
}

/** Why a session goes in a sweep; null when it stays. Exactly at a limit it stays. */
export function reasonToRemove(sweep: Sweep, session: Candidate, held: Held, target: number, limits: Limits, now: number): Reason | null {
  if (sweep === "age") return ageReason(session, limits, now);
  const isRoom = ROOMS.includes(kindOfSession(session.key, session.chatKind));
  if (isRoom !== (sweep === "rooms")) return null;
  if (held.sessions > limits.maxEntries) return "cap-overflow";
  return held.bytes > target ? "disk-budget" : null;
}

/** Whether no session that was touched at this time or later can be old enough to go. */
export function isYoung(updatedAt: number, limits: Limits, now: number): boolean {
  const times = [limits.pruneAfter, limits.cronRetention, ...Object.values(limits.pruneAfterByKind)];
  return updatedAt >= now - Math.min(...times.map((time) => time ?? Number.MAX_SAFE_INTEGER));
}

/** What the bytes are to come down to. */
export function bytesTarget(bytes: number, limits: Limits): number {
  const { maxDiskBytes, highWaterBytes } = limits;
  if (maxDiskBytes === null || bytes <= maxDiskBytes) return maxDiskBytes ?? Number.MAX_SAFE_INTEGER;
  return Math.min(maxDiskBytes, highWaterBytes ?? maxDiskBytes);
}
