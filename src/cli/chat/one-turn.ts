import { ContinuoError } from "../../domain/errors.ts";
import { openGateway } from "../connection.ts";
import type { CliDeps } from "../deps.ts";
import { failure } from "../failure.ts";
import type { GatewayEvent } from "../gateway-client.ts";
import { attachmentsOf } from "./attaching.ts";
import { signalOf } from "./signals.ts";
import { targetKey } from "./target.ts";

export interface OneTurn {
  readonly sessionKey: string;
  readonly runId: string;
  readonly text: string;
  readonly stopped: boolean;
}

export interface Question {
  readonly message: string;
  /** Of files to be sent with it. */
  readonly paths: readonly string[];
}

/**
 * Sends one message and waits for its answer, for as long as the gateway's own limit lets the turn run. The run id is
 * chosen here, so an answer that is there before `chat.send` has returned is not missed. Ctrl-C stops the turn.
 */
export async function askOnce(deps: CliDeps, { message, paths }: Question, session?: string, agent?: string): Promise<OneTurn> {
  const runId = deps.ids.uuid();
  const answer = Promise.withResolvers<{ text: string; stopped: boolean }>();
  answer.promise.catch(() => undefined); // it may fail before anybody waits for it
  const listen = (event: GatewayEvent) => {
    const signal = signalOf(event)?.signal;
    if (signal?.runId !== runId) return;
    if (signal.kind === "final") answer.resolve({ text: signal.text, stopped: signal.stopped });
    if (signal.kind === "error") answer.reject(failure("MODEL_UNAVAILABLE", signal.message, "`continuo logs` has the details; `continuo doctor` checks the model's key."));
  };
  const client = await openGateway(deps, listen);
  const sessionKey = targetKey(client.hello, session, agent);
  const stopListening = deps.terminal.onInterrupt(() => void client.call("chat.abort", { sessionKey, runId }).catch(answer.reject));
  const gone = client.closed.then((reason): never => {
    throw new ContinuoError("GATEWAY_UNREACHABLE", `The gateway went away before the answer came (${reason}). The message is kept if it was accepted.`);
  });
  gone.catch(() => undefined); // the race below may be over before
  try {
    const files = await attachmentsOf(paths, client.hello);
    await client.call("chat.send", { sessionKey, message, idempotencyKey: runId, ...files });
    return { sessionKey, runId, ...(await Promise.race([answer.promise, gone])) };
  } finally {
    stopListening();
    client.close();
  }
}
