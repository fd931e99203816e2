import type { Clock } from "../domain/clock.ts";
import type { Connections } from "./connections.ts";
import { createPace } from "./pace.ts";
import type { After } from "./pace.ts";
import { agentPayload, chatMessage, chatPayload } from "./turn-payloads.ts";
import type { RunFrame } from "./turn-payloads.ts";

/** One run on its way to the clients: numbers its events and tells its growing text at a bearable rate. */
export interface LiveRun {
  readonly frame: RunFrame;
  agent(stream: string, data: object, role: "part" | "end"): void;
  chat(rest: object): void;
  /** The answer so far. A text that does not begin with the former one replaces it. */
  grow(text: string): void;
  /** Tells the agent stream all of the final text that it has not had. */
  complete(text: string): void;
  stop(): void;
}

export interface LiveContext {
  readonly connections: Connections;
  readonly clock: Clock;
  readonly after: After;
}

/** `chat` as the specification asks; `agent` more often, but not for every token: each carries the whole text. */
const CHAT_INTERVAL_MS = 150;
const AGENT_INTERVAL_MS = 40;

/** What a stream has told so far of the text. */
interface Told {
  length: number;
  replaced: boolean;
}

function take(told: Told, text: string): { delta: string; replaced: boolean } {
  const { replaced } = told;
  const delta = replaced ? text : text.slice(told.length);
  told.length = text.length;
  told.replaced = false;
  return { delta, replaced };
}

export function createLiveRun(frame: RunFrame, context: LiveContext): LiveRun {
  const { connections, clock, after } = context;
  const { runId } = frame;
  const seqs = { agent: 0, chat: 0 };
  const told = { agent: { length: 0, replaced: false }, chat: { length: 0, replaced: false } };
  let text = "";

  function agent(stream: string, data: object, role: "part" | "end"): void {
    const payload = agentPayload(frame, ++seqs.agent, clock.now(), stream, data);
    connections.broadcast({ event: "agent", scope: "read", run: role === "end" ? { runId, role } : null, payload: () => payload });
  }

  function tellAgent(): void {
    const { delta } = take(told.agent, text);
    if (delta === "") return;
    const seq = ++seqs.agent;
    const at = clock.now();
    const whole = text;
    connections.broadcast({
      event: "agent",
      scope: "read",
      run: { runId, role: "part" },
      // Without `delta` a reader that missed a part takes the rest from `text`.
      payload: (_protocol, alone) => agentPayload(frame, seq, at, "assistant", alone ? { text: whole } : { text: whole, delta }),
    });
  }

  function tellChat(): void {
    const { delta, replaced } = take(told.chat, text);
    if (delta === "") return;
    const seq = ++seqs.chat;
    const message = chatMessage(text, clock.now());
    const whole = text;
    connections.broadcast({
      event: "chat",
      scope: "read",
      run: { runId, role: "part" },
      payload(protocol, alone) {
        if (protocol === 3) return chatPayload(frame, seq, { state: "delta", message });
        const news = alone || replaced ? { deltaText: whole, replace: true } : { deltaText: delta };
        return chatPayload(frame, seq, { state: "delta", message, ...news });
      },
    });
  }

  const paces = { agent: createPace(AGENT_INTERVAL_MS, clock, after, tellAgent), chat: createPace(CHAT_INTERVAL_MS, clock, after, tellChat) };

  function setText(next: string): void {
    if (!next.startsWith(text)) {
      for (const stream of [told.agent, told.chat]) stream.replaced ||= stream.length > 0;
    }
    text = next;
  }

  return {
    frame,
    agent,
    chat(rest) {
      const payload = chatPayload(frame, ++seqs.chat, rest);
      connections.broadcast({ event: "chat", scope: "read", run: { runId, role: "end" }, payload: () => payload });
    },
    grow(next) {
      setText(next);
      paces.agent.offer();
      paces.chat.offer();
    },
    complete(final) {
      paces.chat.stop();
      paces.agent.stop();
      setText(final);
      tellAgent();
    },
    stop() {
      paces.agent.stop();
      paces.chat.stop();
    },
  };
}
