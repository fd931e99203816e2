import type { Clock } from "../domain/clock.ts";
import type { TurnEvent } from "../domain/turn.ts";
import { reported } from "../domain/usage.ts";
import type { Broadcast } from "./connections.ts";
import { createLiveRun } from "./live-run.ts";
import type { LiveContext, LiveRun } from "./live-run.ts";
import type { RunEnd, Runs } from "./runs.ts";
import { chatMessage, messageModel } from "./turn-payloads.ts";

type Ending = Extract<TurnEvent, { kind: "committed" | "aborted" | "failed" }>;
type Started = Extract<TurnEvent, { kind: "started" }>;
type Joined = Extract<TurnEvent, { kind: "joined" }>;

export interface CommandReply {
  readonly runId: string;
  readonly sessionKey: string;
  readonly text: string;
}

/** Turns what happens in turns into the events `agent` and `chat` (spec 11.4). */
export interface TurnEvents {
  onTurnEvent(event: TurnEvent): void;
  /** The answer to a chat command: a `chat` final that no model wrote. */
  publishCommandReply(reply: CommandReply): void;
  close(): void;
}

/** A turn that is running. Its growing answer is told under its first run id, its end under every one. */
interface LiveTurn {
  readonly turnId: string;
  readonly channel: string | null;
  readonly runs: Map<string, LiveRun>;
}

/** The words for the person; the turn has put them together from our message and cure (P40). */
function failureText(event: Extract<Ending, { kind: "failed" }>): string {
  return event.text === "" ? "The message could not be answered." : event.text;
}

/** Why a run was stopped, in the words that clients know. */
function stopReason(reason: string): string {
  const known: Readonly<Record<string, string>> = { MODEL_TIMEOUT: "timeout", TURN_ABORTED: "stop", TURN_DROPPED: "dropped" };
  return known[reason] ?? reason;
}

function endOf(event: Ending, runId: string): RunEnd {
  const { sessionId, at } = event;
  const base = { runId, sessionId, endedAt: at, model: null, usage: null, failure: null };
  if (event.kind === "committed") return { ...base, state: "ok", text: event.text, model: event.model, usage: event.usage };
  if (event.kind === "aborted") return { ...base, state: "aborted", text: event.text };
  return { ...base, state: "error", text: "", failure: failureText(event) };
}

function commandEnd({ runId, text }: CommandReply, endedAt: number): RunEnd {
  return { runId, sessionId: null, state: "ok", text, model: null, usage: null, failure: null, endedAt };
}

function commandFinal({ runId, sessionKey, text }: CommandReply, at: number): Broadcast {
  const payload = { runId, sessionKey, seq: 1, state: "final", message: chatMessage(text, at, messageModel(null)) };
  return { event: "chat", scope: "read", run: { runId, role: "end" }, payload: () => payload };
}

function tellEnd(run: LiveRun, event: Ending): void {
  const { at } = event;
  if (event.kind === "failed") {
    const text = failureText(event);
    run.stop();
    run.agent("lifecycle", { phase: "error", error: text, endedAt: at }, "end");
    run.chat({ state: "error", errorMessage: text });
    return;
  }
  if (event.text !== "") run.complete(event.text);
  run.stop();
  const said = event.text === "" ? {} : { message: chatMessage(event.text, at, event.kind === "committed" ? messageModel(event.model) : {}) };
  if (event.kind === "aborted") {
    run.agent("lifecycle", { phase: "end", endedAt: at, aborted: true, stopReason: stopReason(event.reason) }, "end");
    run.chat({ state: "aborted", ...said, stopReason: stopReason(event.reason) });
    return;
  }
  run.agent("lifecycle", { phase: "end", endedAt: at }, "end");
  const waits = event.held === null ? {} : { held: event.held };
  run.chat({ state: "final", ...said, ...waits, usage: reported(event.usage) });
}

export function createTurnEvents(context: LiveContext & { readonly runs: Runs; readonly clock: Clock }): TurnEvents {
  const { runs, clock } = context;
  // By session key: a session runs one turn at a time, so a turn that never told its end is replaced by the next.
  const live = new Map<string, LiveTurn>();

  function runOf(turn: LiveTurn, event: TurnEvent, runId: string): LiveRun {
    const known = turn.runs.get(runId);
    if (known !== undefined) return known;
    const { sessionKey, sessionId, agentId } = event;
    const run = createLiveRun({ runId, sessionKey, sessionId, agentId, channel: turn.channel }, context);
    turn.runs.set(runId, run);
    return run;
  }

  function turnOf(event: TurnEvent): LiveTurn {
    const known = live.get(event.sessionKey);
    if (known?.turnId === event.turnId) return known;
    for (const run of known?.runs.values() ?? []) run.stop();
    const channel = event.kind === "started" ? event.reply.address.channel : null;
    const turn: LiveTurn = { turnId: event.turnId, channel, runs: new Map() };
    live.set(event.sessionKey, turn);
    return turn;
  }

  function start(event: Started | Joined): void {
    const turn = turnOf(event);
    for (const runId of event.runIds) runOf(turn, event, runId).agent("lifecycle", { phase: "start", startedAt: event.at }, "part");
    const [first] = event.runIds;
    if (first === undefined) return;
    const sender = event.senderName === null ? {} : { senderName: event.senderName };
    runOf(turn, event, first).agent("input", { texts: event.texts, channel: turn.channel, ...sender }, "part");
  }

  function end(event: Ending): void {
    const turn = turnOf(event);
    for (const runId of event.runIds) {
      if (runs.find(runId) !== null) continue;
      tellEnd(runOf(turn, event, runId), event);
      runs.settle(endOf(event, runId));
    }
    for (const run of turn.runs.values()) run.stop();
    live.delete(event.sessionKey);
  }

  return {
    onTurnEvent(event) {
      if (event.kind === "started" || event.kind === "joined") start(event);
      else if (event.kind !== "delta" && event.kind !== "held") end(event);
      else if (event.kind === "delta" && event.runIds[0] !== undefined) runOf(turnOf(event), event, event.runIds[0]).grow(event.text);
    },
    publishCommandReply(reply) {
      const endedAt = clock.now();
      if (runs.settle(commandEnd(reply, endedAt))) context.connections.broadcast(commandFinal(reply, endedAt));
    },
    close() {
      for (const turn of live.values()) for (const run of turn.runs.values()) run.stop();
      live.clear();
    },
  };
}
