import { ConnectionLost } from "./requests.ts";
import { openSocket } from "./socket.ts";
import type { GatewaySocket } from "./socket.ts";
import type { Hello, WireError } from "./wire.ts";

export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "open" }
  /** Lost; tries again by itself at `retryAt` (ms since 1970). */
  | { readonly kind: "waiting"; readonly retryAt: number; readonly why: string | null }
  | { readonly kind: "locked"; readonly secret: "token" | "password"; readonly wrong: boolean };

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

const FIRST_RETRY_MS = 400;
const LONGEST_RETRY_MS = 15_000;
/** Until the gateway has said how often it ticks. */
const FIRST_SILENCE_MS = 60_000;

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

/** Doubles up to a limit; the random half keeps many pages from coming back at the same moment. */
function backoffMs(attempts: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts) * (0.5 + Math.random() / 2);
}

/** The page's one line to the gateway: one socket after the other, coming back after each was lost. */
export function createConnection(options: ConnectionOptions): Connection {
  let socket: GatewaySocket | null = null;
  let open = false;
  let attempts = 0;
  let silenceMs = FIRST_SILENCE_MS;
  let retry = 0;

  function onHello(hello: Hello): void {
    attempts = 0;
    open = true;
    silenceMs = hello.policy.tickIntervalMs * 2;
    options.onHello(hello);
    options.onState({ kind: "open" });
  }

  function onEnd(refusal: WireError | null): void {
    socket = null;
    open = false;
    const next = refusal === null ? { retryMs: backoffMs(attempts) } : afterRefusal(refusal);
    if ("state" in next) return options.onState(next.state);
    attempts += 1;
    const retryMs = Math.round(next.retryMs);
    options.onState({ kind: "waiting", retryAt: Date.now() + retryMs, why: refusal?.message ?? null });
    retry = setTimeout(start, retryMs);
  }

  function start(): void {
    clearTimeout(retry);
    options.onState({ kind: "connecting" });
    socket = openSocket({
      url: options.url,
      connectParams: () => connectParams(options),
      silenceMs: () => silenceMs,
      onHello,
      onEvent: options.onEvent,
      onGap: options.onGap,
      onEnd,
    });
  }

  function reconnect(): void {
    if (open) return;
    socket?.close();
    attempts = 0;
    start();
  }

  start();
  return {
    request<Answer>(method: string, params: object): Promise<Answer> {
      if (!open || socket === null) return Promise.reject(new ConnectionLost("There is no connection to the gateway."));
      return socket.ask<Answer>(method, params);
    },
    reconnect,
  };
}
