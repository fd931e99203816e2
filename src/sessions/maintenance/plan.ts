/** Why a session is removed (spec 6.2). */
export type Reason = "cron-retention" | "stale" | "cap-overflow" | "disk-budget";

/** What an agent's sessions are kept within. Times in ms. */
export interface Limits {
  readonly pruneAfter: number;
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

const CRON_RUN = /^(?:agent:[^:]+:)?cron:[^:]+:run:[^:]+$/;

/** The session of one run of a job, which nobody comes back to. */
export function isCronRun(key: string): boolean {
  return CRON_RUN.test(key);
}

/** Why a session goes; null when it stays. Exactly at a limit it stays. Asked from the one that was touched longest ago on. */
export function reasonToRemove(session: { readonly key: string; readonly updatedAt: number }, held: Held, target: number, limits: Limits, now: number): Reason | null {
  const { key, updatedAt } = session;
  if (limits.cronRetention !== null && isCronRun(key) && updatedAt < now - limits.cronRetention) return "cron-retention";
  if (updatedAt < now - limits.pruneAfter) return "stale";
  if (held.sessions > limits.maxEntries) return "cap-overflow";
  return held.bytes > target ? "disk-budget" : null;
}

/** Whether no session that was touched at this time or later can be old enough to go. */
export function isYoung(updatedAt: number, limits: Limits, now: number): boolean {
  return updatedAt >= now - Math.min(limits.pruneAfter, limits.cronRetention ?? Number.MAX_SAFE_INTEGER);
}

/** What the bytes are to come down to. */
export function bytesTarget(bytes: number, limits: Limits): number {
  const { maxDiskBytes, highWaterBytes } = limits;
  if (maxDiskBytes === null || bytes <= maxDiskBytes) return maxDiskBytes ?? Number.MAX_SAFE_INTEGER;
  return Math.min(maxDiskBytes, highWaterBytes ?? maxDiskBytes);
}
