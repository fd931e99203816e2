import type { Clock } from "../domain/clock.ts";
import type { Broadcast, Connections } from "./connections.ts";
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
  /** Tells what is still missing of the final text, so that the parts that a client has add up to it. */
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

/** A further part of an answer: all of `text` up to now, and what of it is new. */
interface Part {
  readonly seq: number;
  readonly at: number;
  readonly text: string;
  readonly delta: string;
  readonly replaced: boolean;
}

function assistantPart(frame: RunFrame, { seq, at, text, delta }: Part): Broadcast {
  return {
    event: "agent",
    scope: "read",
    run: { runId: frame.runId, role: "part" },
    // Without `delta` a reader that missed a part takes the rest from `text`.
    payload: (_protocol, alone) => agentPayload(frame, seq, at, "assistant", alone ? { text } : { text, delta }),
  };
}

function chatPart(frame: RunFrame, { seq, at, text, delta, replaced }: Part): Broadcast {
  const message = chatMessage(text, at);
  return {
    event: "chat",
    scope: "read",
    run: { runId: frame.runId, role: "part" },
    payload(protocol, alone) {
      if (protocol === 3) return chatPayload(frame, seq, { state: "delta", message });
      const news = alone || replaced ? { deltaText: text, replace: true } : { deltaText: delta };
      return chatPayload(frame, seq, { state: "delta", message, ...news });
    },
  };
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
    const part = take(told.agent, text);
    if (part.delta !== "") connections.broadcast(assistantPart(frame, { seq: ++seqs.agent, at: clock.now(), text, ...part }));
  }

  function tellChat(): void {
    const part = take(told.chat, text);
    if (part.delta !== "") connections.broadcast(chatPart(frame, { seq: ++seqs.chat, at: clock.now(), text, ...part }));
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
      // What has not begun to stream (a command's answer) comes whole in its final.
      if (told.chat.length > 0 || told.chat.replaced) tellChat();
    },
    stop() {
      paces.agent.stop();
      paces.chat.stop();
    },
  };
}
