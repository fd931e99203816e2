
/** What every event of a run says about it. */
export interface RunFrame {
  readonly runId: string;
  readonly sessionKey: string;
  readonly sessionId: string;
  readonly agentId: string;
  readonly channel: string | null;
}

export interface ChatMessage {
  readonly role: "assistant";
  readonly content: readonly { readonly type: "text"; readonly text: string }[];
  readonly timestamp: number;
  readonly provider?: string;
  readonly model?: string;
}

export function chatMessage(text: string, at: number, from: { provider?: string; model?: string } = {}): ChatMessage {
  return { role: "assistant", content: [{ type: "text", text }], timestamp: at, ...from };
}

/** `provider/model` as the two fields of a message; null is an answer that no model wrote, such as a command's. */
export function messageModel(model: string | null): { provider?: string; model?: string } {
  if (model === null) return { provider: "openclaw", model: "gateway-injected" };
  const slash = model.indexOf("/");
  return slash < 0 ? { model } : { provider: model.slice(0, slash), model: model.slice(slash + 1) };
}

/** Event `agent` (spec 11.4); `seq` counts from 1 within the run. */
export function agentPayload(frame: RunFrame, seq: number, at: number, stream: string, data: object): object {
  const { runId, sessionKey, sessionId, agentId } = frame;
  return { runId, seq, stream, ts: at, data, sessionKey, sessionId, agentId };
}

/** Event `chat` (spec 11.4), without its state. */
export function chatPayload(frame: RunFrame, seq: number, rest: object): object {
  const { runId, sessionKey, agentId, channel } = frame;
  return { runId, sessionKey, agentId, ...(channel === null ? {} : { channel }), seq, ...rest };
}
