import { COST_UNIT } from "../domain/budget.ts";
import type { Language } from "../domain/language.ts";
import type { SessionChoices } from "../domain/session.ts";
import type { TurnResult } from "../domain/turn.ts";
import { sayIn, type Say } from "../texts/index.ts";

export interface Answering {
  readonly language: Language;
  readonly choices: SessionChoices;
  /** How many entries the model was shown, and for how long it was asked, ms. */
  readonly read: number;
  readonly tookMs: number;
  /** What it cost, in millionths; null where nobody knows the price. */
  readonly cost: number | null;
}

type Answered = Extract<TurnResult, { kind: "answered" }>;

function usageLine(say: Say, { usage, model }: Answered, { choices, cost }: Answering): string[] {
  if (choices.usage === undefined || choices.usage === "off") return [];
  const figure = (tokens: number | null): string | number => tokens ?? say("status.unknown");
  const values = { input: figure(usage.input), output: figure(usage.output) };
  if (choices.usage === "tokens") return [say("footer.tokens", values)];
  const spent = cost === null ? say("footer.no-cost") : say("footer.cost", { cost: (cost / COST_UNIT).toFixed(4) });
  return [say("footer.full", { ...values, cached: figure(usage.cacheRead), model, cost: spent })];
}

function verboseLine(say: Say, { model, stopReason }: Answered, { choices, read, tookMs }: Answering): string[] {
  if (choices.verbose === undefined || choices.verbose === "off") return [];
  const seconds = (tookMs / 1_000).toFixed(1);
  if (choices.verbose === "on") return [say("footer.verbose", { model, seconds })];
  return [say("footer.verbose-full", { model, seconds, messages: read, reason: stopReason })];
}

/** The lines under an answer that `/usage` and `/verbose` ask for; null asks for none. They are sent and not kept: no model reads them. */
export function footerOf(answered: Answered, answering: Answering): string | null {
  const say = sayIn(answering.language);
  const lines = [...usageLine(say, answered, answering), ...verboseLine(say, answered, answering)];
  return lines.length === 0 ? null : lines.map((line) => `_${line}_`).join("\n");
}
