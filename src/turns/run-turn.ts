import { runAgent, type AgentParts } from "../agent/run.ts";
import type { Probe } from "../domain/probe.ts";
import type { Entry } from "../domain/entry.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Turn, TurnEvent, TurnResult } from "../domain/turn.ts";
import { UNKNOWN_USAGE } from "../domain/usage.ts";
import type { RecentEntries } from "../sessions/recent.ts";
import type { ClaimedTurn } from "./claim.ts";
import { catchUpText } from "./catch-up.ts";
import { checkRequest, unmarked, withoutMarkers, type CanaryParts } from "./canary.ts";
import { frameOf } from "./frame.ts";
import type { CommandParts } from "./commands/asked.ts";
import { answerCommand, isForAgent, showsConversation } from "./commands/index.ts";
import { endOf, type TurnEnd } from "./commit.ts";
import { footerOf } from "./footer.ts";
import { guardReply } from "./guard.ts";
import { joinWaiting, type JoinParts } from "./join.ts";
import { noticeText } from "./notice.ts";

export interface RunParts extends CanaryParts {
  readonly models: AgentParts;
  readonly commands: CommandParts;
  readonly recent: RecentEntries;
  readonly probe: Probe;
  emit(event: TurnEvent): void;
}

/**
 * Produces a turn's end: a command's answer, or the agent's. Null when it was cut short to be handed back. What is said
 * meanwhile may join it: `lane.claimed` is the turn as it ended.
 */
export async function runTurn(parts: RunParts & JoinParts, claimed: ClaimedTurn, lane: RunningLane, signal: AbortSignal, now: () => number): Promise<TurnEnd | null> {
  const { turn, command, language } = claimed;
  // It only wrote down what was dropped.
  if (turn.items.length === 0) return said(null);
  // A poisoned message must not wedge its session.
  if (turn.attempt > parts.settings.maxAttempts()) return endOf({ kind: "failed", text: "", error: gaveUp(turn) }, language);
  if (claimed.refused !== null) {
    parts.probe("over-budget", turn);
    return endOf({ kind: "failed", text: "", error: claimed.refused }, language);
  }
  if (command !== null && !isForAgent(command)) {
    const held = showsConversation(command) ? heldBack(parts, turn, await parts.recent.read(turn.sessionId), now()) : null;
    return { ...said(await answerCommand(parts.commands, command, turn, language, signal)), held };
  }
  // Its owner wants nothing sent here: it is kept, and no model is asked (spec 5.6).
  if (claimed.silenced) return { ...said(null), state: "aborted", error: "SESSION_SEND_DENIED" };
  for (let current = claimed; ; ) {
    const step = new AbortController();
    lane.step = step;
    if (lane.again) current = await takeIn(parts, current, lane, now);
    const end = await ask(parts, current, lane, AbortSignal.any([signal, step.signal]), now);
    if (end !== "again") return end;
  }
}

/** What a lane tells of the turn that it runs, and is told. */
export interface RunningLane {
  /** Something may have arrived. */
  readonly again: boolean;
  claimed: ClaimedTurn | null;
  /** Of the request that the model is answering: firing it asks again, with what has joined. */
  step: AbortController | null;
  /** Something of the answer can be seen. */
  spoken: boolean;
}

async function takeIn(parts: RunParts & JoinParts, claimed: ClaimedTurn, lane: RunningLane, now: () => number): Promise<ClaimedTurn> {
  const more = await joinWaiting(parts, claimed);
  if (more === null) return claimed;
  lane.claimed = more.claimed;
  const { joined } = more;
  const senderName = joined[0]?.message.sender.name ?? null;
  parts.emit({ ...frameOf(claimed.turn, now()), runIds: joined.map(({ runId }) => runId), kind: "joined", texts: joined.map(({ message }) => message.text), senderName });
  return more.claimed;
}

async function ask(parts: RunParts & JoinParts, claimed: ClaimedTurn, lane: RunningLane, signal: AbortSignal, now: () => number): Promise<TurnEnd | null | "again"> {
  const { turn } = claimed;
  const entries = await parts.recent.read(turn.sessionId);
  const held = heldBack(parts, turn, entries, now());
  const began = now();
  const onSpoken = (): void => void (lane.spoken = true);
  const result = await answer(parts, claimed, entries, { signal, now, onSpoken });
  if (result.kind === "aborted" && result.reason === "joined") return "again";
  if (result.kind === "aborted" && result.reason === "shutdown") return null;
  const checked = await unmarked(parts, turn, result);
  const end = { ...endOf(checked, claimed.language), held: result.kind === "answered" ? held : null };
  return checked.kind === "answered" ? withFooter(parts, end, claimed, checked, { read: entries.length, tookMs: now() - began }) : end;
}

/** Why what is said next waits for the owner's word, told at once to whoever looks on; null lets it go. */
function heldBack(parts: RunParts, turn: Turn, entries: readonly Entry[], at: number): string | null {
  const held = guardReply(parts.settings, turn, entries);
  if (held !== null) parts.emit({ ...frameOf(turn, at), kind: "held", reason: held });
  return held;
}

/** What it used and how it came about, where the session's people want that said under each answer. */
function withFooter({ settings }: RunParts & JoinParts, end: TurnEnd, { choices, language }: ClaimedTurn, answered: Extract<TurnResult, { kind: "answered" }>, facts: { readonly read: number; readonly tookMs: number }): TurnEnd {
  const footer = footerOf(answered, { choices, language, cost: settings.cost(answered.model, answered.usage), ...facts });
  return footer === null ? end : { ...end, say: `${end.say}\n\n${footer}`, footer };
}

function said(text: string | null): TurnEnd {
  return { state: "committed", answer: null, say: text, error: null, held: null };
}

interface Watch {
  readonly signal: AbortSignal;
  now(): number;
  onSpoken(): void;
}

async function answer(parts: RunParts, claimed: ClaimedTurn, entries: readonly Entry[], { signal, now, onSpoken }: Watch): Promise<TurnResult> {
  const { turn } = claimed;
  const frame = frameOf(turn, now());
  return runAgent(parts.models, {
    agent: parts.settings.agents().get(turn.agentId),
    modelOverride: claimed.modelOverride,
    thinking: claimed.choices.thinking ?? null,
    entries,
    signal,
    inspect: (request) => {
      parts.probe("asking", turn, request);
      return checkRequest(parts, turn, request);
    },
    onText: (delta, text) => {
      onSpoken();
      parts.probe("streaming", turn);
      parts.emit({ ...frame, at: now(), kind: "delta", delta, text: withoutMarkers(text) });
    },
  });
}

/** Stopped after its last word and before it was owed to anybody: it is kept as cut off, and not sent. */
export function unlessStopped(end: TurnEnd, signal: AbortSignal): TurnEnd {
  if (end.answer === null || end.state !== "committed" || !signal.aborted || (signal.reason !== "stop" && signal.reason !== "interrupt")) return end;
  return { state: "aborted", answer: { ...end.answer, stopReason: "aborted" }, say: null, error: "TURN_ABORTED", held: null };
}

function count(times: number): string {
  return times === 1 ? "once" : `${times} times`;
}

function gaveUp(turn: Turn): ContinuoError {
  return new ContinuoError("TURN_GAVE_UP", `This message could not be answered: the gateway ended ${count(turn.attempt - 1)} while working on it.`, {
    fields: { turnId: turn.id, attempts: turn.attempt - 1 },
  });
}

/**
 * In a chat that has no transcript to look at, the lines about a new session id and about what was said elsewhere go before the answer, or alone where none is
 * given (law 6). What was already seen of an answer that was cut off (`draft`) stays under it.
 */
export function withNotice(end: TurnEnd, { rolled, language, command, silenced, catchUp }: Pick<ClaimedTurn, "rolled" | "language" | "command" | "silenced" | "catchUp">, draft: string | null): TurnEnd {
  // A command's own answer says it, and where nothing is to be sent, nothing is.
  const lines = [...(rolled === null ? [] : [noticeText(language, rolled)]), ...(catchUp === null ? [] : [catchUpText(language, catchUp)])];
  if (lines.length === 0 || silenced || (command !== null && !isForAgent(command))) return end;
  const text = end.say ?? (draft === null ? "" : (end.answer?.text ?? ""));
  return { ...end, say: `${lines.map((line) => `_${line}_`).join("\n")}\n\n${text}`.trimEnd() };
}

/** The event that says how a turn ended. */
export function endEvent(turn: Turn, end: TurnEnd, at: number): TurnEvent {
  const frame = frameOf(turn, at);
  switch (end.state) {
    case "committed": {
      const { answer } = end;
      const text = answer === null ? (end.say ?? "") : end.footer === undefined ? answer.text : `${answer.text}\n\n${end.footer}`;
      return { ...frame, kind: "committed", held: end.held, text, model: answer?.model ?? null, usage: answer?.usage ?? UNKNOWN_USAGE };
    }
    case "aborted":
      return { ...frame, kind: "aborted", text: end.answer?.text ?? "", reason: end.error ?? "TURN_ABORTED" };
    case "failed":
      return { ...frame, kind: "failed", text: end.say ?? "" };
  }
}
