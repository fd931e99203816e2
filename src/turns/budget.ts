import { isOperatorChannel } from "../domain/address.ts";
import { dayOf, isLimited, nextDay, usedUp, type Budgets, type DayUsage } from "../domain/budget.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { InboxItem, Turn } from "../domain/turn.ts";
import type { Usage } from "../domain/usage.ts";
import { estimateTokens } from "../agent/context.ts";
import type { Executor } from "../store/store.ts";
import { addUsage } from "../store/statements/add-usage.ts";
import { sumPersonUsage } from "../store/statements/sum-person-usage.ts";
import { sumSessionUsage } from "../store/statements/sum-session-usage.ts";

export interface BudgetSettings {
  budgets(): Budgets;
  /** What a request to `provider/model` costs, in millionths; null where nobody knows its prices. */
  cost(model: string, usage: Usage): number | null;
}

export const OWNER = "owner";

/** Whose share of the house a message takes: the owner, a person by name, or an account on its channel. */
export function whoOf({ owner, person, message }: InboxItem): string {
  const { address, sender } = message;
  if (owner || isOperatorChannel(address.channel)) return OWNER;
  // Names are compared without their case (A15).
  return person === null ? `${address.channel}:${sender.id === "" ? address.chat : sender.id}` : `person:${person.toLowerCase()}`;
}

const NOTHING: DayUsage = { turns: 0, tokens: 0, cost: 0 };

/**
 * Null while whoever asks, and the session, have something left of today; otherwise the error that they are told. What is
 * being answered when a limit is reached is answered to its end.
 */
export async function overBudget(settings: BudgetSettings, tx: Executor, { items: [asked], sessionKey }: Pick<Turn, "items" | "sessionKey">, now: number): Promise<ContinuoError | null> {
  if (!asked) return null;
  const budgets = settings.budgets();
  const who = whoOf(asked);
  const ofPerson = who === OWNER ? budgets.owner : budgets.perPerson;
  const day = dayOf(now);
  if (isLimited(ofPerson)) {
    const limit = usedUp(ofPerson, (await tx.get(sumPersonUsage, { day, who })) ?? NOTHING);
    if (limit !== null) return reached(`You have used up today's ${limit}.`, { who, sessionKey, scope: "person", limit }, now);
  }
  if (!isLimited(budgets.perSession)) return null;
  const limit = usedUp(budgets.perSession, (await tx.get(sumSessionUsage, { day, session_key: sessionKey })) ?? NOTHING);
  return limit === null ? null : reached(`This conversation has used up today's ${limit}.`, { who, sessionKey, scope: "session", limit }, now);
}

function reached(words: string, fields: Readonly<Record<"who" | "sessionKey" | "scope" | "limit", string>>, now: number): ContinuoError {
  const minutes = Math.ceil((nextDay(now) - now) / 60_000);
  const wait = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return new ContinuoError("TURN_LIMIT_REACHED", `${words} Your message is kept, and no model was asked. It begins anew at 00:00 UTC, in ${wait}.`, { fields: { ...fields, hours: Math.floor(minutes / 60), minutes: minutes % 60 } });
}

/** What a turn's end adds to the day; an answer whose provider counted nothing is counted by its length. */
export interface Spent {
  readonly answer: { readonly text: string; readonly model: string | null; readonly usage: Usage | null } | null;
  readonly refused: boolean;
}

function tokensOf(usage: Usage | null, text: string): number {
  const counted = usage === null ? [] : [usage.input, usage.output, usage.cacheRead, usage.cacheWrite].filter((tokens) => tokens !== null);
  return counted.length === 0 ? estimateTokens(text) : counted.reduce((sum, tokens) => sum + tokens, 0);
}

/** In the transaction that commits the turn. A row belongs to one session, so that sessions never wait for each other. */
export async function recordUsage(settings: BudgetSettings, tx: Executor, { items: [asked], sessionKey }: Pick<Turn, "items" | "sessionKey">, spent: Spent, now: number): Promise<void> {
  if (asked) await recordSpent(settings, tx, { who: whoOf(asked), sessionKey }, spent, now);
}

/** The same of something that is no turn of its own. */
export async function recordSpent(settings: BudgetSettings, tx: Executor, { who, sessionKey }: { readonly who: string; readonly sessionKey: string }, { answer, refused }: Spent, now: number): Promise<void> {
  if (answer === null && !refused) return;
  const cost = answer?.model && answer.usage ? (settings.cost(answer.model, answer.usage) ?? 0) : 0;
  await tx.run(addUsage, {
    day: dayOf(now),
    who,
    session_key: sessionKey,
    turns: answer === null ? 0 : 1,
    tokens: answer === null ? 0 : tokensOf(answer.usage, answer.text),
    cost: Math.round(cost),
    refused: refused ? 1 : 0,
  });
}
