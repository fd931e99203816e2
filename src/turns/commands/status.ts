import { queuePolicy } from "../../domain/queue.ts";
import { readQueueChoice } from "../../sessions/queue.ts";
import { countWaitingItems } from "../../store/statements/count-waiting-items.ts";
import { describeSession } from "../../store/statements/describe-session.ts";
import { findConversation } from "../../store/statements/find-conversation.ts";
import { toSession } from "../../store/rows.ts";
import type { Say } from "../../texts/index.ts";
import { ageIn } from "./age.ts";
import type { Answer, Asked, CommandParts } from "./asked.ts";
import { defaultModel } from "./model.ts";

/** `200k`, as token counts are written. */
export function short(tokens: number): string {
  if (tokens < 1_000) return String(tokens);
  return tokens < 1_000_000 ? `${Math.round(tokens / 100) / 10}k` : `${Math.round(tokens / 100_000) / 10}M`;
}

/** How much a model is given to read at most. */
export function windowOf(parts: CommandParts, { turn }: Asked, model: string): number | null {
  const own = parts.models.window(model);
  const { contextTokens } = parts.settings.agents().get(turn.agentId);
  return own === null ? contextTokens : Math.min(own, contextTokens ?? own);
}

function contextLine(say: Say, used: number | null, window: number | null, compactions: number): string {
  const shown = { used: used === null ? say("status.unknown") : short(used), window: window === null ? say("status.unknown") : short(window), compactions };
  if (used === null || window === null) return say("status.context-unknown", shown);
  return say("status.context", { ...shown, percent: Math.round((used / window) * 100) });
}

/** `/status`: a card about the session, in the shape that OpenClaw's users know (spec 4.6). */
export const status: Answer = async (parts, asked) => {
  const { turn, item, say, now } = asked;
  const row = await parts.store.get(describeSession, { key: turn.sessionKey });
  if (!row) return say("status.title", { version: parts.version });
  const session = toSession(row);
  const { counters, times, choices } = session;
  const conversation = await parts.store.get(findConversation, { session_id: session.sessionId });
  const queue = queuePolicy(parts.settings.queue(item.message.address.channel), await readQueueChoice(parts.store, turn.sessionKey));
  const depth = (await parts.store.get(countWaitingItems, { session_key: turn.sessionKey }))?.count ?? 0;
  const fallback = defaultModel(parts, asked);
  const model = session.model.override ?? fallback;
  const figure = (tokens: number | null): string => (tokens === null ? say("status.unknown") : short(tokens));
  const blocked = !parts.settings.mayAnswer(session, choices);
  return [
    say("status.title", { version: parts.version }),
    session.model.override === null ? say("status.model", { model }) : say("status.model-chosen", { model, fallback }),
    say("status.tokens", { input: figure(counters.inputTokens), output: figure(counters.outputTokens) }),
    contextLine(say, counters.totalTokens, windowOf(parts, asked, model), conversation?.compactions ?? 0),
    say("status.session", { key: session.key, age: ageIn(say, now - times.updatedAt) }),
    say("status.began", { messages: counters.messages, age: ageIn(say, now - times.startedAt) }),
    say("status.settings", { think: choices.thinking ?? say("status.default"), verbose: choices.verbose ?? "off", usage: choices.usage ?? "off" }),
    ...(session.chatKind === "dm" ? [] : [say("status.room", { activation: choices.activation ?? say("status.default") })]),
    ...(blocked ? [say("status.blocked")] : []),
    ...(parts.history.privacy.isOn(item.message) ? [say("status.private")] : []),
    say("status.queue", { mode: queue.mode, depth }),
  ].join("\n");
};
