import type { Frame, Hello, WireError } from "./wire.ts";

export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "open" }
  /** Lost; tries again by itself at `retryAt` (ms since 1970). */
  | { readonly kind: "waiting"; readonly retryAt: number; readonly why: string | null }
  | { readonly kind: "locked"; readonly secret: "token" | "password"; readonly wrong: boolean };

/** The gateway said no. */
export class RequestFailed extends Error {
  readonly wire: WireError;
  constructor(wire: WireError) {
    super(wire.message);
    this.wire = wire;
  }
}

/** No answer will come: the socket is gone or was never there. Asking again later is right. */
export class ConnectionLost extends Error {}

export interface ConnectionOptions {
  readonly url: string;
  readonly version: string;
  readonly locale: string;
  token(): string | null;
  onState(state: ConnectionState): void;
  onHello(hello: Hello): void;
  onEvent(event: string, payload: unknown): void;
  /** Events were missed: what is shown has to be read again. */
  onGap(): void;
}

export interface Connection {
  request<Answer>(method: string, params: object): Promise<Answer>;
  /** Connects now instead of at the next attempt; also after the token was changed. */
  reconnect(): void;
}

interface Waiting {
  resolve(payload: unknown): void;
  reject(error: Error): void;
}

const FIRST_RETRY_MS = 400;
const LONGEST_RETRY_MS = 15_000;
const ANSWER_MS = 30_000;
const CONNECT_ID = "connect";

function connectParams(options: ConnectionOptions): object {
  const token = options.token();
  return {
    minProtocol: 4,
    maxProtocol: 4,
    client: { id: "webchat-ui", displayName: "Continuo page", version: options.version, platform: "web", mode: "webchat" },
    role: "operator",
    scopes: ["operator.admin", "operator.read", "operator.write"],
    caps: [],
    // The gateway looks at the one that its mode asks for.
    ...(token === null ? {} : { auth: { token, password: token } }),
    locale: options.locale,
    userAgent: navigator.userAgent,
  };
}

/** Where a refused `connect` leads: to the form for the secret, or to waiting. */
function afterRefusal(error: WireError): { readonly state: ConnectionState } | { readonly retryMs: number } {
  const code = error.details?.code ?? "";
  const secret = /^AUTH_(TOKEN|PASSWORD)_(MISSING|MISMATCH)$/.exec(code);
  if (secret) return { state: { kind: "locked", secret: secret[1] === "PASSWORD" ? "password" : "token", wrong: secret[2] === "MISMATCH" } };
  return { retryMs: error.retryAfterMs ?? LONGEST_RETRY_MS };
}

/** The page's one line to the gateway: handshake, requests, events, and coming back after it was lost (spec 11.1, 11.2). */
export function createConnection(options: ConnectionOptions): Connection {
  const waiting = new Map<string, Waiting>();
  let socket: WebSocket | null = null;
  let open = false;
  let attempts = 0;
  let lastId = 0;
  let lastSeq: number | null = null;
  let silence = { limitMs: 60_000, timer: 0 };
  let retry = 0;

  function lose(current: WebSocket, next: { readonly state: ConnectionState } | { readonly retryMs: number; readonly why?: string }): void {
    if (socket !== current) return;
    socket = null;
    open = false;
    clearTimeout(silence.timer);
    for (const { reject } of waiting.values()) reject(new ConnectionLost("The connection to the gateway was lost."));
    waiting.clear();
    if ("state" in next) return options.onState(next.state);
    attempts += 1;
    const retryMs = Math.round(next.retryMs);
    options.onState({ kind: "waiting", retryAt: Date.now() + retryMs, why: next.why ?? null });
    retry = setTimeout(start, retryMs);
  }

  /** Doubles up to a limit; the random half keeps many pages from coming back at the same moment. */
  function backoff(): number {
    return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts) * (0.5 + Math.random() / 2);
  }

  function listenForSilence(current: WebSocket): void {
    clearTimeout(silence.timer);
    silence.timer = setTimeout(() => {
      current.close(4000, "tick timeout");
      lose(current, { retryMs: backoff() });
    }, silence.limitMs);
  }

  function onFrame(current: WebSocket, frame: Frame): void {
    listenForSilence(current);
    if (frame.type === "event") {
      if (frame.event === "connect.challenge") return current.send(JSON.stringify({ type: "req", id: CONNECT_ID, method: "connect", params: connectParams(options) }));
      const missed = frame.seq !== undefined && lastSeq !== null && frame.seq !== lastSeq + 1;
      lastSeq = frame.seq ?? lastSeq;
      options.onEvent(frame.event, frame.payload);
      if (missed) options.onGap();
      return;
    }
    if (frame.id === CONNECT_ID) return onConnectAnswer(current, frame);
    const asked = waiting.get(frame.id);
    waiting.delete(frame.id);
    if (frame.ok) asked?.resolve(frame.payload);
    else asked?.reject(new RequestFailed(frame.error ?? { code: "UNAVAILABLE", message: "The gateway gave no reason." }));
  }

  function onConnectAnswer(current: WebSocket, frame: Extract<Frame, { type: "res" }>): void {
    if (!frame.ok) {
      const error = frame.error ?? { code: "UNAVAILABLE", message: "refused" };
      current.close();
      return lose(current, { ...afterRefusal(error), why: error.message });
    }
    const hello = frame.payload as Hello;
    attempts = 0;
    open = true;
    silence.limitMs = hello.policy.tickIntervalMs * 2;
    options.onHello(hello);
    options.onState({ kind: "open" });
  }

  function start(): void {
    clearTimeout(retry);
    const current = new WebSocket(options.url);
    socket = current;
    lastSeq = null;
    options.onState({ kind: "connecting" });
    listenForSilence(current);
    current.addEventListener("message", ({ data }) => {
      if (socket === current) onFrame(current, JSON.parse(String(data)) as Frame);
    });
    current.addEventListener("close", () => lose(current, { retryMs: backoff() }));
  }

  function reconnect(): void {
    if (open) return;
    const old = socket;
    socket = null;
    old?.close();
    attempts = 0;
    start();
  }

  start();
  return {
    request<Answer>(method: string, params: object): Promise<Answer> {
      const current = socket;
      if (!open || current === null) return Promise.reject(new ConnectionLost("There is no connection to the gateway."));
      const id = String((lastId += 1));
      return new Promise<Answer>((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(id);
          reject(new RequestFailed({ code: "UNAVAILABLE", message: "The gateway did not answer in time.", retryable: true }));
        }, ANSWER_MS);
        waiting.set(id, {
          resolve: (payload) => (clearTimeout(timer), resolve(payload as Answer)),
          reject: (error) => (clearTimeout(timer), reject(error)),
        });
        current.send(JSON.stringify({ type: "req", id, method, params }));
      });
    },
    reconnect,
  };
}
