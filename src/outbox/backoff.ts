/** How often a delivery is tried, and with which pauses (`outbox.retry`). Times in ms. */
export interface RetryBudget {
  /** After this many attempts it has failed for good. */
  readonly attempts: number;
  /** The first pause; each further one is twice as long. */
  readonly first: number;
  readonly longest: number;
  /** The share of a pause that is added to it at random. */
  readonly jitter: number;
}

/** The longest that a delivery waits without a platform's wish. */
export function longestPause(budget: RetryBudget): number {
  return budget.longest * (1 + budget.jitter);
}

/** `attempt` counts from 1; `random` is in [0, 1). A platform's own wish (429) is never undercut. */
export function backoffMs(budget: RetryBudget, attempt: number, retryAfterMs: number | null, random: number): number {
  const base = Math.min(budget.longest, budget.first * 2 ** (attempt - 1));
  return Math.max(retryAfterMs ?? 0, Math.round(base * (1 + budget.jitter * random)));
}
