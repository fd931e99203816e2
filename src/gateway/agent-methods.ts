import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import { reported } from "../domain/usage.ts";
import { parseParams } from "./methods.ts";
import type { Call, Method, Outcome } from "./methods.ts";
import type { RunEnd, Runs } from "./runs.ts";
import { messageModel } from "./turn-payloads.ts";

const agentParams = z.looseObject({
  message: z.string().min(1),
  idempotencyKey: z.string().min(1).max(200).optional(),
  sessionKey: z.string().min(1).max(512).nullish(),
  agentId: z.string().min(1).max(64).nullish(),
  /** Checked by `chat.send`. */
  attachments: z.unknown().optional(),
});

const waitParams = z.looseObject({
  runId: z.string().min(1).max(256),
  timeoutMs: z.number().int().min(0).max(3_600_000).default(30_000),
});

/** What `chat.send` answers: a run, or the reply to a command that acted at once. */
const sentPayload = z.looseObject({ runId: z.string().optional(), status: z.string().optional(), text: z.string().optional() });

export interface AgentContext {
  /** The method that accepts a message: `agent` is that, and the end of its run. */
  readonly chatSend: Method;
  readonly runs: Runs;
  readonly clock: Clock;
  readonly ids: Ids;
}

function finalPayload(end: RunEnd, durationMs: number): object {
  const model = end.model === null ? {} : messageModel(end.model);
  const session = end.sessionId === null ? {} : { sessionId: end.sessionId };
  const agentMeta = { ...session, ...model, ...(end.usage === null ? {} : { usage: reported(end.usage) }) };
  const payloads = end.text === "" ? [] : [{ text: end.text, mediaUrl: null }];
  const aborted = end.state === "aborted";
  return { runId: end.runId, status: "ok", summary: aborted ? "aborted" : "completed", result: { payloads, meta: { durationMs, agentMeta, aborted } } };
}

/** Sends a message and answers twice on one id: when it is accepted, and when its run has ended (spec 11.3). */
function agentMethod({ chatSend, runs, clock, ids }: AgentContext): Method {
  async function run(call: Call): Promise<Outcome> {
    // Not the request's id: clients count theirs, so that two of them have the same.
    const { message, sessionKey, agentId, attachments, idempotencyKey = ids.uuid() } = parseParams("agent", agentParams, call.params);
    const acceptedAt = clock.now();
    const target = { ...(sessionKey ? { sessionKey } : {}), ...(agentId ? { agentId } : {}) };
    const sent = await chatSend.run({ ...call, params: { ...target, message, idempotencyKey, attachments } });
    if (!sent.ok) return sent;
    const { runId = idempotencyKey, status, text } = sentPayload.parse(sent.payload);
    call.acknowledge({ runId, status: "accepted", acceptedAt, ...target });
    sent.afterwards?.();
    const over = status === "started" || status === "in_flight" ? null : doneAtOnce(runId, text ?? "", clock.now());
    const end = runs.find(runId) ?? over ?? (await runs.wait(runId, call.connection.gone));
    if (end === null) throw new ContinuoError("TURN_ABORTED", "The connection was closed before the run ended.");
    if (end.state !== "error") return { ok: true, payload: finalPayload(end, end.endedAt - acceptedAt) };
    const failure = end.failure ?? "The run failed.";
    return { ok: false, payload: { runId, status: "error", summary: failure }, error: { code: "UNAVAILABLE", message: failure } };
  }
  return { name: "agent", scope: "write", run };
}

/** A command that has acted, or a message that was answered before: its run is not coming any more. */
function doneAtOnce(runId: string, text: string, endedAt: number): RunEnd {
  return { runId, sessionId: null, state: "ok", text, model: null, usage: null, failure: null, endedAt };
}

/** `ok`, `error` or, when it is still running or unknown, `timeout` (spec 11.3). */
function agentWaitMethod({ runs }: AgentContext): Method {
  async function run(call: Call): Promise<Outcome> {
    const { runId, timeoutMs } = parseParams("agent.wait", waitParams, call.params);
    const signal = AbortSignal.any([call.connection.gone, AbortSignal.timeout(timeoutMs)]);
    const end = await runs.wait(runId, signal);
    if (end === null) return { ok: true, payload: { runId, status: "timeout" } };
    const { endedAt, state } = end;
    if (state !== "error") return { ok: true, payload: { runId, status: "ok", endedAt, ...(state === "aborted" ? { aborted: true } : {}) } };
    return { ok: true, payload: { runId, status: "error", endedAt, error: end.failure ?? "The run failed." } };
  }
  return { name: "agent.wait", scope: "write", run };
}

export function agentMethods(context: AgentContext): readonly Method[] {
  return [agentMethod(context), agentWaitMethod(context)];
}
