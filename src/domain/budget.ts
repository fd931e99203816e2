/** The most of something that one day may take; null is no limit. */
export interface DayLimits {
  readonly turnsPerDay: number | null;
  readonly tokensPerDay: number | null;
  readonly costPerDay: number | null;
}

export interface Budgets {
  readonly perPerson: DayLimits;
  readonly perSession: DayLimits;
  /** The owner is nobody's guest: `perPerson` does not hold for them (spec A1). */
  readonly owner: DayLimits;
}

const NO_LIMIT: DayLimits = { turnsPerDay: null, tokensPerDay: null, costPerDay: null };
export const NO_BUDGETS: Budgets = { perPerson: NO_LIMIT, perSession: NO_LIMIT, owner: NO_LIMIT };

/** What has been used, by whom or where, in one day. Costs are in millionths. */
export interface DayUsage {
  readonly turns: number;
  readonly tokens: number;
  readonly cost: number;
}

export const COST_UNIT = 1_000_000;

/** Days are those of UTC: gateways that share a database may stand in several time zones. */
export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

const DAY_MS = 86_400_000;

export function nextDay(now: number): number {
  return (Math.floor(now / DAY_MS) + 1) * DAY_MS;
}

/** The first limit that is used up, in words; null while there is something left of all. */
export function usedUp(limits: DayLimits, used: DayUsage): string | null {
  if (limits.turnsPerDay !== null && used.turns >= limits.turnsPerDay) return `${limits.turnsPerDay} ${limits.turnsPerDay === 1 ? "answer" : "answers"}`;
  if (limits.tokensPerDay !== null && used.tokens >= limits.tokensPerDay) return `${limits.tokensPerDay.toLocaleString("en-US")} tokens`;
  if (limits.costPerDay !== null && used.cost >= limits.costPerDay * COST_UNIT) return `${limits.costPerDay} in cost`;
  return null;
}

export function isLimited({ turnsPerDay, tokensPerDay, costPerDay }: DayLimits): boolean {
  return turnsPerDay !== null || tokensPerDay !== null || costPerDay !== null;
}
