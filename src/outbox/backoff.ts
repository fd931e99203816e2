/** How failed deliveries are tried again: doubling from one second up to five minutes, with a fifth of jitter. */
const FIRST_MS = 1_000;
const LONGEST_MS = 300_000;
const JITTER = 0.2;

/** After this many attempts a delivery has failed for good: about twenty minutes after the first. */
export const MAX_ATTEMPTS = 10;

/** `attempt` counts from 1; `random` is in [0, 1). A platform's own wish (429) is never undercut. */
export function backoffMs(attempt: number, retryAfterMs: number | null, random: number): number {
  const base = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.max(retryAfterMs ?? 0, Math.round(base * (1 + JITTER * random)));
}
