import { cutConversation, summarise, type CompactionSettings } from "../agent/compaction.ts";
import { estimateTokens } from "../agent/context.ts";
import type { AbortReason, AgentParts } from "../agent/run.ts";
import type { Agents } from "../agent/settings.ts";
import type { Clock } from "../domain/clock.ts";
import { toContinuoError, type ContinuoError } from "../domain/errors.ts";
import type { Ids } from "../domain/ids.ts";
import { appendSummary, readCompactable } from "../sessions/compaction.ts";
import type { InboxItem } from "../domain/turn.ts";
import type { Store } from "../store/store.ts";
import { OWNER, overBudget, recordSpent, whoOf, type BudgetSettings } from "./budget.ts";

export interface CompactParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly models: AgentParts;
  agents(): Agents;
  settings(): CompactionSettings;
  readonly budget: BudgetSettings;
}

/** `messages`: how many were summed up. Tokens are estimates but for `tokensBefore`, which is the provider's figure. */
export type Compacted =
  | { readonly kind: "compacted"; readonly key: string; readonly sessionId: string; readonly messages: number; readonly kept: number; readonly tokensBefore: number | null; readonly tokensAfter: number }
  /** `short`: there is nothing to sum up. `model`: the one that is built in writes no summaries. `changed`: it was changed or left meanwhile. */
  | { readonly kind: "skipped"; readonly key: string; readonly reason: "short" | "model" | "changed" }
  | { readonly kind: "failed"; readonly key: string; readonly error: ContinuoError };

export interface CompactRequest {
  readonly key: string;
  /** What is to be kept, in the person's words. */
  readonly wish: string | null;
  /** Who asked for it in a chat: what it uses is of their day. Left out: the operator, who uses the owner's. */
  readonly by?: InboxItem;
  /** Beside the time that the agent has for an answer. */
  readonly signal?: AbortSignal;
}

/** Beyond this a conversation is summed up from its newer part. */
const MOST_CHARS = 4_000_000;
/** It answers from what it is shown, word for word. */
const BUILT_IN = "continuo/";

function fill(usage: string | null): number | null {
  return usage === null ? null : ((JSON.parse(usage) as { total: number | null }).total ?? null);
}

/**
 * Sums up the beginning of a session's conversation for the model; what was said stays as it is (spec 7.2). When the
 * summary cannot be made, nothing has changed (P24). Never throws but for SESSION_NOT_FOUND.
 */
export async function compactSession(parts: CompactParts, { key, wish, by, signal }: CompactRequest): Promise<Compacted> {
  const found = await readCompactable(parts.store, key, MOST_CHARS);
  const settings = parts.settings();
  const cut = cutConversation(found.entries, settings.keepRecentTokens);
  if (cut === null || cut.summed.length === 0) return { kind: "skipped", key, reason: "short" };
  const agent = parts.agents().get(found.session.agent_id);
  const modelOverride = found.session.model_override;
  if ((modelOverride ?? agent.models[0] ?? "").startsWith(BUILT_IN)) return { kind: "skipped", key, reason: "model" };
  const refused = by === undefined ? null : await overBudget(parts.budget, parts.store, { items: [by], sessionKey: key }, parts.clock.now());
  if (refused !== null) return { kind: "failed", key, error: refused };
  const limit = new AbortController();
  const timeout = setTimeout(() => limit.abort("timeout" satisfies AbortReason), agent.timeoutMs);
  try {
    const summarised = await summarise(parts.models, { agent, modelOverride, cut, settings, wish, signal: AbortSignal.any([limit.signal, ...(signal === undefined ? [] : [signal])]) });
    const summary = summarised.text;
    const tokensBefore = fill(found.conversation.usage);
    const summed = { summary, firstKeptSeq: cut.firstKeptSeq, tokensBefore, speakers: cut.speakers };
    const isDone = await parts.store.transaction(async (tx) => {
      await recordSpent(parts.budget, tx, { who: by === undefined ? OWNER : whoOf(by), sessionKey: key }, { answer: summarised, refused: false }, parts.clock.now());
      return appendSummary(tx, found, summed, parts.ids, parts.clock.now());
    }, key);
    if (!isDone) return { kind: "skipped", key, reason: "changed" };
    const tokensAfter = [summary, ...cut.kept.map(({ text }) => text)].reduce((sum, text) => sum + estimateTokens(text), 0);
    return { kind: "compacted", key, sessionId: found.conversation.session_id, messages: cut.summed.length, kept: cut.kept.length, tokensBefore, tokensAfter };
  } catch (error) {
    return { kind: "failed", key, error: toContinuoError(error) };
  } finally {
    clearTimeout(timeout);
  }
}
