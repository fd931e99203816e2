import { createRequests } from "./requests.ts";
import type { Requests } from "./requests.ts";
import type { Frame, Hello, WireError } from "./wire.ts";

export interface SocketOptions {
  readonly url: string;
  connectParams(): object;
  /** A gateway that says nothing for so long is gone. */
  silenceMs(): number;
  onHello(hello: Hello): void;
  onEvent(event: string, payload: unknown): void;
  /** Events were missed. */
  onGap(): void;
  /** It is over, told once: refused by the gateway, or lost (null). Not told after `close`. */
  onEnd(refusal: WireError | null): void;
}

/** One socket from its beginning to its end: handshake, answers, events in order, silence (spec 11.1, 11.2). */
export interface GatewaySocket {
  readonly ask: Requests["ask"];
  close(): void;
}

const CONNECT_ID = "connect";
const TICK_TIMEOUT = 4000;

export function openSocket(options: SocketOptions): GatewaySocket {
  const socket = new WebSocket(options.url);
  const send = (frame: object): void => socket.send(JSON.stringify(frame));
  const requests = createRequests(send);
  let over = false;
  let silence = 0;
  let lastSeq: number | null = null;

  /** False when it had ended before. */
  function leave(): boolean {
    if (over) return false;
    over = true;
    clearTimeout(silence);
    requests.abandon();
    return true;
  }

  function end(refusal: WireError | null): void {
    if (leave()) options.onEnd(refusal);
  }

  function listenForSilence(): void {
    clearTimeout(silence);
    silence = setTimeout(() => {
      socket.close(TICK_TIMEOUT, "tick timeout");
      end(null);
    }, options.silenceMs());
  }

  function onEvent({ event, payload, seq }: Extract<Frame, { type: "event" }>): void {
    if (event === "connect.challenge") return send({ type: "req", id: CONNECT_ID, method: "connect", params: options.connectParams() });
    const missed = seq !== undefined && lastSeq !== null && seq !== lastSeq + 1;
    lastSeq = seq ?? lastSeq;
    options.onEvent(event, payload);
    if (missed) options.onGap();
  }

  function onConnectAnswer({ ok, payload, error }: Extract<Frame, { type: "res" }>): void {
    if (ok) return options.onHello(payload as Hello);
    socket.close();
    end(error ?? { code: "UNAVAILABLE", message: "refused" });
  }

  socket.addEventListener("message", ({ data }) => {
    if (over) return;
    listenForSilence();
    const frame = JSON.parse(String(data)) as Frame;
    if (frame.type === "event") onEvent(frame);
    else if (frame.id === CONNECT_ID) onConnectAnswer(frame);
    else requests.onAnswer(frame);
  });
  socket.addEventListener("close", () => end(null));
  listenForSilence();
  return {
    ask: requests.ask,
    close() {
      if (leave()) socket.close();
    },
  };
}
