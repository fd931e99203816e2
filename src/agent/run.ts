import type { Entry } from "../domain/entry.ts";
import { ContinuoError, toContinuoError } from "../domain/errors.ts";
import type { TurnResult } from "../domain/turn.ts";
import { UNKNOWN_USAGE, withRequest, type Usage } from "../domain/usage.ts";
import { buildContext, isShared, systemPrompt } from "./context.ts";
import { withImages, type ImageSource } from "./images.ts";
import type { ModelInfo, ModelRequest, Provider, Thinking } from "./providers/provider.ts";
import type { AgentSettings } from "./settings.ts";

export interface ResolvedModel {
  readonly provider: Provider;
  readonly model: string;
  readonly info: ModelInfo;
}

export interface AgentParts {
  resolveModel(ref: string): ResolvedModel;
  /** Waits, or rejects with the signal's reason. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  readonly images: ImageSource;
  onModelError(ref: string, error: ContinuoError): void;
}

export interface AgentRun {
  readonly agent: AgentSettings;
  /** The person's own choice for this session; it goes before the agent's models. */
  readonly modelOverride: string | null;
  /** How long it is to think, as the person chose; null leaves that to the provider. */
  readonly thinking?: Thinking | null;
  readonly entries: readonly Entry[];
  readonly signal: AbortSignal;
  /** Sees every request before a model does; what it throws ends the run (docs/audience.md, self-test). */
  inspect?(request: ModelRequest): Promise<void>;
  /** `text` is all of the answer so far; it starts anew when another attempt is made. */
  onText(delta: string, text: string): void;
}

interface Answer {
  readonly text: string;
  readonly usage: Usage;
  readonly stopReason: string;
}

/** Pauses between attempts at the last candidate; the ones before it are tried once. */
const RETRY_PAUSES_MS: readonly number[] = [400, 1_600];

/** A provider that asks for more patience than a person has: better to say so than to hold the session. */
const LONGEST_PAUSE_MS = 30_000;

/** Characters of one answer; no model's own limit comes near. */
const LONGEST_REPLY = 1_000_000;

/** Why a run's signal fired; carried as the abort reason. */
export type AbortReason = TurnAborted["reason"];

type TurnAborted = Extract<TurnResult, { kind: "aborted" }>;

/**
 * One answer: the session's own model or the agent's, then the fallbacks, for this run only (P36).
 * Never throws: a failure is a result, so that the turn can commit it.
 */
export async function runAgent(parts: AgentParts, run: AgentRun): Promise<TurnResult> {
  const candidates = [...new Set([...(run.modelOverride === null ? [] : [run.modelOverride]), ...run.agent.models])];
  let text = "";
  const onText = (delta: string): void => {
    text += delta;
    run.onText(delta, text);
  };
  const spent: { usage: Usage | null } = { usage: null };
  const onUsage = (usage: Usage): Usage => (spent.usage = withRequest(spent.usage, usage));
  let failure: ContinuoError | null = null;
  for (const [index, ref] of candidates.entries()) {
    const pauses = index === candidates.length - 1 ? RETRY_PAUSES_MS : [];
    for (let attempt = 0; attempt <= pauses.length; attempt++) {
      try {
        text = "";
        const answer = await ask(parts, run, ref, { onText, onUsage });
        return { kind: "answered", text: answer.text, model: ref, usage: answer.usage, stopReason: answer.stopReason };
      } catch (error) {
        if (run.signal.aborted) return { kind: "aborted", text, reason: run.signal.reason as AbortReason };
        failure = toContinuoError(error);
        parts.onModelError(ref, failure);
        const pauseMs = failure.retryAfterMs ?? pauses[attempt] ?? 0;
        if (!failure.retryable || attempt === pauses.length || pauseMs > LONGEST_PAUSE_MS) break;
        await parts.pause(pauseMs, run.signal).catch(() => undefined);
        if (run.signal.aborted) return { kind: "aborted", text, reason: run.signal.reason as AbortReason };
      }
    }
  }
  return { kind: "failed", text, error: failure ?? new ContinuoError("MODEL_UNKNOWN", "No model is configured.") };
}

interface Heard {
  onText(delta: string): void;
  /** Counts a request; answers what all requests for this answer have used. */
  onUsage(usage: Usage): Usage;
}

async function ask(parts: AgentParts, run: AgentRun, ref: string, { onText, onUsage }: Heard): Promise<Answer> {
  const { provider, model, info } = parts.resolveModel(ref);
  const window = Math.min(info.contextWindow, run.agent.contextTokens ?? info.contextWindow);
  const request: ModelRequest = {
    model,
    system: systemPrompt(run.agent),
    messages: await withImages(run.entries, buildContext(run.entries, window), info.images, parts.images),
    shared: isShared(run.entries),
    maxOutputTokens: null,
    thinking: run.thinking ?? null,
  };
  await run.inspect?.(request);
  run.signal.throwIfAborted();
  let text = "";
  let finish: { usage: Usage; stopReason: string } | null = null;
  for await (const event of untilAborted(provider.stream(request, run.signal), run.signal)) {
    if (event.kind === "text") {
      text += event.delta;
      onText(event.delta);
      // A model that never ends would fill the memory and every client's screen until its time is over.
      if (text.length >= LONGEST_REPLY) finish = { usage: UNKNOWN_USAGE, stopReason: "length" };
    } else finish = event;
    if (text.length >= LONGEST_REPLY) break;
  }
  const usage = onUsage(finish?.usage ?? UNKNOWN_USAGE);
  if (text.trim() === "") throw new ContinuoError("MODEL_UNAVAILABLE", `The model ${ref} gave an empty answer.`);
  return { text, usage, stopReason: finish?.stopReason ?? "unknown" };
}

/** A provider that ignores its signal must not hold the session (P21): the run ends without it. */
async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  aborted.catch(() => undefined);
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Not awaited: a hung stream may never answer. Its own failure after the end is of no use to anybody.
    iterator.return?.(undefined)?.then(undefined, () => undefined);
  }
}
