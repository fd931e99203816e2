import { runAgent, type AgentParts } from "../agent/run.ts";
import type { Probe } from "../domain/probe.ts";
import type { Command } from "../domain/command.ts";
import type { Entry } from "../domain/entry.ts";
import { ContinuoError, toContinuoError } from "../domain/errors.ts";
import type { Turn, TurnEvent, TurnResult } from "../domain/turn.ts";
import { UNKNOWN_USAGE } from "../domain/usage.ts";
import type { RecentEntries } from "../sessions/recent.ts";
import type { ClaimedTurn } from "./claim.ts";
import { checkMarkers, withoutMarkers, type CanaryParts } from "./canary.ts";
import { commandReply, isForAgent, type Errand } from "./commands/index.ts";
import { endOf, type TurnEnd } from "./commit.ts";
import { guardReply } from "./guard.ts";
import { noticeText } from "./notice.ts";

export interface RunParts extends CanaryParts {
  readonly models: AgentParts;
  /** Does what a command asks for; answers what to say. */
  errand(errand: Errand, turn: Turn): Promise<string>;
  readonly recent: RecentEntries;
  readonly probe: Probe;
  emit(event: TurnEvent): void;
}

/** What every event of a turn carries. */
export function frameOf(turn: Turn, at: number) {
  const { id: turnId, sessionKey, sessionId, agentId } = turn;
  return { turnId, runIds: turn.items.map((item) => item.runId), sessionKey, sessionId, agentId, at };
}

/** Produces a turn's end: a command's answer, or the agent's. Null when it was cut short to be handed back. */
export async function runTurn(parts: RunParts, claimed: ClaimedTurn, signal: AbortSignal, now: () => number): Promise<TurnEnd | null> {
  const { turn, command } = claimed;
  // A poisoned message must not wedge its session.
  if (turn.attempt > parts.settings.maxAttempts()) return endOf({ kind: "failed", text: "", error: gaveUp(turn) });
  if (command !== null && !isForAgent(command)) return said(await commandAnswer(parts, command, turn));
  const entries = await parts.recent.read(turn.sessionId);
  const held = guardReply(parts.settings, turn, entries);
  if (held !== null) parts.emit({ ...frameOf(turn, now()), kind: "held", reason: held });
  const result = await answer(parts, claimed, entries, signal, now);
  if (result.kind === "aborted" && result.reason === "shutdown") return null;
  return withNotice({ ...endOf(await unmarked(parts, turn, result)), held: result.kind === "answered" ? held : null }, claimed);
}

function said(text: string): TurnEnd {
  return { state: "committed", answer: null, say: text, error: null, held: null };
}

async function commandAnswer(parts: RunParts, command: Command, turn: Turn): Promise<string> {
  const reply = commandReply(command);
  return typeof reply === "string" ? reply : parts.errand(reply, turn);
}

async function answer(parts: RunParts, claimed: ClaimedTurn, entries: readonly Entry[], signal: AbortSignal, now: () => number): Promise<TurnResult> {
  const { turn } = claimed;
  const frame = frameOf(turn, now());
  return runAgent(parts.models, {
    agent: parts.settings.agents().get(turn.agentId),
    modelOverride: claimed.modelOverride,
    entries,
    signal,
    inspect: (request) => checkMarkers(parts, turn, "request", [request.system, ...request.messages.map(({ text }) => text)].join("\n")),
    onText: (delta, text) => {
      parts.probe("streaming");
      parts.emit({ ...frame, at: now(), kind: "delta", delta, text: withoutMarkers(text) });
    },
  });
}

/** An answer that carries somebody else's marker is no answer; its own are taken out of it. */
async function unmarked(parts: RunParts, turn: Turn, result: TurnResult): Promise<TurnResult> {
  if (!result.text.includes("cnry-")) return result;
  try {
    await checkMarkers(parts, turn, "reply", result.text);
    return { ...result, text: withoutMarkers(result.text) };
  } catch (error) {
    return { kind: "failed", text: "", error: toContinuoError(error) };
  }
}

/** Stopped after its last word and before it was owed to anybody: it is kept as cut off, and not sent. */
export function unlessStopped(end: TurnEnd, signal: AbortSignal): TurnEnd {
  if (end.answer === null || end.state !== "committed" || !signal.aborted || signal.reason !== "stop") return end;
  return { state: "aborted", answer: { ...end.answer, stopReason: "aborted" }, say: null, error: "TURN_ABORTED", held: null };
}

function count(times: number): string {
  return times === 1 ? "once" : `${times} times`;
}

function gaveUp(turn: Turn): ContinuoError {
  return new ContinuoError("TURN_GAVE_UP", `This message could not be answered: the gateway ended ${count(turn.attempt - 1)} while working on it.`, {
    fields: { turnId: turn.id, attempts: turn.attempt },
  });
}

/** In a chat that has no transcript to look at, the line about a new session id goes before the answer. */
function withNotice(end: TurnEnd, claimed: ClaimedTurn): TurnEnd {
  const { rolled } = claimed;
  if (end.say === null || (rolled !== "daily" && rolled !== "idle")) return end;
  return { ...end, say: `_${noticeText(rolled)}_\n\n${end.say}` };
}

/** The event that says how a turn ended. */
export function endEvent(turn: Turn, end: TurnEnd, at: number): TurnEvent {
  const frame = frameOf(turn, at);
  switch (end.state) {
    case "committed": {
      const { answer } = end;
      const text = answer?.text ?? end.say ?? "";
      return { ...frame, kind: "committed", held: end.held, text, model: answer?.model ?? null, usage: answer?.usage ?? UNKNOWN_USAGE };
    }
    case "aborted":
      return { ...frame, kind: "aborted", text: end.answer?.text ?? "", reason: end.error ?? "TURN_ABORTED" };
    case "failed":
      return { ...frame, kind: "failed", text: end.say ?? "" };
  }
}
