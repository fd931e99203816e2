import type { GatewayEvent } from "../gateway-client.ts";
import { asRow, flagOf, messageText, textOf, textsOf } from "../wire.ts";

/** What the wire's `chat` and `agent` events mean to somebody who reads along. `channel` is null on runs of this connection's own making. */
export type ChatSignal =
  | { readonly kind: "input"; readonly runId: string; readonly texts: readonly string[]; readonly channel: string | null; readonly sender: string | null }
  | { readonly kind: "delta"; readonly runId: string; readonly channel: string | null; readonly text: string }
  | { readonly kind: "final"; readonly runId: string; readonly channel: string | null; readonly text: string; readonly stopped: boolean }
  | { readonly kind: "error"; readonly runId: string; readonly channel: string | null; readonly message: string };

/** The signal of an event, with the session that it belongs to; null for events that say nothing here (spec 11.4). */
export function signalOf({ event, payload }: GatewayEvent): { readonly sessionKey: string; readonly signal: ChatSignal } | null {
  const runId = textOf(payload, "runId");
  const sessionKey = textOf(payload, "sessionKey");
  if (runId === null || sessionKey === null) return null;
  if (event === "agent") {
    if (payload.stream !== "input") return null;
    const data = asRow(payload.data);
    return { sessionKey, signal: { kind: "input", runId, texts: textsOf(data, "texts"), channel: textOf(data, "channel"), sender: textOf(data, "senderName") } };
  }
  if (event !== "chat") return null;
  const channel = textOf(payload, "channel");
  const text = messageText(payload.message);
  const state = textOf(payload, "state");
  if (state === "delta") return { sessionKey, signal: { kind: "delta", runId, channel, text } };
  if (state === "error") return { sessionKey, signal: { kind: "error", runId, channel, message: textOf(payload, "errorMessage") ?? "The turn failed." } };
  if (state !== "final" && state !== "aborted") return null;
  return { sessionKey, signal: { kind: "final", runId, channel, text, stopped: state === "aborted" || flagOf(payload, "aborted") } };
}
