import { buildContext, estimateTokens, systemPrompt } from "../../agent/context.ts";
import type { ContextMessage } from "../../agent/providers/provider.ts";
import { toSession } from "../../store/rows.ts";
import { describeSession } from "../../store/statements/describe-session.ts";
import type { Say } from "../../texts/index.ts";
import type { Answer } from "./asked.ts";
import { defaultModel } from "./model.ts";
import { short, windowOf } from "./status.ts";

/** Where nobody knows a model's window. */
const UNKNOWN_WINDOW = 200_000;

interface Breakdown {
  readonly systemPrompt: { readonly chars: number; readonly tokens: number };
  readonly messages: { readonly shown: number; readonly count: number; readonly tokens: number };
  readonly people: { readonly count: number; readonly tokens: number };
  readonly agent: { readonly count: number; readonly tokens: number };
  readonly largest: { readonly chars: number; readonly role: "user" | "assistant" } | null;
  /** As the provider reported it for the last answer. */
  readonly reported: number | null;
  readonly window: number;
}

function sum(messages: readonly ContextMessage[]): { readonly count: number; readonly tokens: number } {
  return { count: messages.length, tokens: messages.reduce((all, { text }) => all + estimateTokens(text), 0) };
}

function lines(found: Breakdown, say: Say, detail: boolean): string[] {
  const { systemPrompt: prompt, messages, people, agent, largest, reported, window } = found;
  const percent = Math.round(((reported ?? prompt.tokens + messages.tokens) / window) * 100);
  const of = (role: "user" | "assistant"): string => say(role === "user" ? "context.you" : "context.agent");
  const more = [
    `- ${say("context.role", { ...people, role: of("user") })}`,
    `- ${say("context.role", { ...agent, role: of("assistant") })}`,
    ...(largest === null ? [] : [`- ${say("context.largest", { chars: largest.chars, role: of(largest.role) })}`]),
  ];
  return [
    say("context.title"),
    say("context.prompt", prompt),
    say("context.messages", messages),
    ...(detail ? more : []),
    say("context.reported", { tokens: reported === null ? say("status.unknown") : short(reported) }),
    say("context.window", { window: short(window), percent }),
  ];
}

/** `/context list|detail|json`: what the next request to the model would hold (spec 4.6). */
export const context: Answer = async (parts, asked) => {
  const { turn, say } = asked;
  const word = asked.rest.trim().toLowerCase();
  if (word !== "list" && word !== "detail" && word !== "json") return say("context.options");
  const row = await parts.store.get(describeSession, { key: turn.sessionKey });
  const session = row && toSession(row);
  const agent = parts.settings.agents().get(turn.agentId);
  const window = windowOf(parts, asked, session?.model.override ?? defaultModel(parts, asked)) ?? UNKNOWN_WINDOW;
  const entries = (await parts.history.recent(turn.sessionId)).filter(({ role }) => role !== "system");
  const shown = buildContext(entries, window);
  const prompt = systemPrompt(agent);
  const largest = shown.toSorted((a, b) => b.text.length - a.text.length)[0];
  const found: Breakdown = {
    systemPrompt: { chars: prompt.length, tokens: estimateTokens(prompt) },
    messages: { shown: shown.length, count: session?.counters.messages ?? entries.length, tokens: sum(shown).tokens },
    people: sum(shown.filter(({ role }) => role === "user")),
    agent: sum(shown.filter(({ role }) => role === "assistant")),
    largest: largest === undefined ? null : { chars: largest.text.length, role: largest.role },
    reported: session?.counters.totalTokens ?? null,
    window,
  };
  return word === "json" ? `\`\`\`json\n${JSON.stringify(found, null, 2)}\n\`\`\`` : lines(found, say, word === "detail").join("\n");
};
