import { COST_UNIT, type Budgets, type DayLimits } from "../domain/budget.ts";
import type { Config } from "../config/index.ts";
import type { TurnSettings } from "../turns/turn-settings.ts";
import type { Usage } from "../domain/usage.ts";

type Limits = Config["limits"]["perPerson"];

function limitsOf({ turnsPerDay, tokensPerDay, costPerDay }: Limits): DayLimits {
  return { turnsPerDay: turnsPerDay ?? null, tokensPerDay: tokensPerDay ?? null, costPerDay: costPerDay ?? null };
}

function budgetsOf({ limits }: Config): Budgets {
  return { perPerson: limitsOf(limits.perPerson), perSession: limitsOf(limits.perSession), owner: limitsOf(limits.owner) };
}

interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

const FREE: Price = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** The built-in model costs nothing; of any other only the file knows the price. */
function priceOf({ models }: Config, ref: string): Price | null {
  const slash = ref.indexOf("/");
  const [provider, id] = [ref.slice(0, slash), ref.slice(slash + 1)];
  if (provider === "continuo") return FREE;
  const cost = Object.hasOwn(models.providers, provider) ? models.providers[provider]?.models.find((model) => model.id === id)?.cost : undefined;
  if (cost === undefined) return null;
  // What is read from a cache is not dearer than what is read, where nobody says what it costs.
  return { input: cost.input, output: cost.output, cacheRead: cost.cacheRead ?? cost.input, cacheWrite: cost.cacheWrite ?? cost.input };
}

/** Prices are for a million tokens, so that one token at a price of one costs a millionth. */
function costOf(config: Config, ref: string, usage: Usage): number | null {
  const price = priceOf(config, ref);
  if (price === null) return null;
  const { input, output, cacheRead, cacheWrite } = usage;
  const perMillion = (input ?? 0) * price.input + (output ?? 0) * price.output + (cacheRead ?? 0) * price.cacheRead + (cacheWrite ?? 0) * price.cacheWrite;
  return (perMillion / 1_000_000) * COST_UNIT;
}

/** A limit on costs that cannot be counted would be no limit, and say nothing. */
export function priceWarnings(config: Config): string[] {
  const { perPerson, perSession, owner } = budgetsOf(config);
  if ([perPerson, perSession, owner].every(({ costPerDay }) => costPerDay === null)) return [];
  const choices = [config.agents.defaults.model, ...config.agents.list.flatMap(({ model }) => (model === undefined ? [] : [model]))];
  const refs = new Set(choices.flatMap(({ primary, fallbacks }) => [primary, ...fallbacks]));
  const unknown = [...refs].filter((ref) => priceOf(config, ref) === null);
  if (unknown.length === 0) return [];
  return [`limits: the price of ${unknown.join(", ")} is not known, so costPerDay does not count what ${unknown.length === 1 ? "it costs" : "they cost"}. Set models.providers.<id>.models[].cost.`];
}

function limitOf(setting: number): number {
  return setting === 0 ? Number.POSITIVE_INFINITY : setting;
}

/** What a turn asks of the settings about how much may be used, and at once. */
export function usageSettings(config: () => Config): Pick<TurnSettings, "budgets" | "cost" | "concurrency"> {
  return {
    budgets: () => budgetsOf(config()),
    cost: (model, usage) => costOf(config(), model, usage),
    concurrency: () => ({ total: limitOf(config().agents.defaults.maxConcurrent), perPerson: limitOf(config().agents.defaults.maxConcurrentPerPerson), jobs: config().cron.maxConcurrentRuns }),
  };
}
