import { ContinuoError, ERROR_CODES, type ErrorCode } from "../domain/errors.ts";
import { openNodeSocket, openSocket, type Socket } from "./socket.ts";
import { asRow, flagOf, textOf, type Row } from "./wire.ts";

export interface GatewayEvent {
  readonly event: string;
  readonly payload: Row;
}

export interface ConnectOptions {
  readonly url: string;
  readonly token: string | null;
  readonly password?: string | null;
  readonly version: string;
  /** For the handshake, and for each call that names none. ms. */
  readonly timeoutMs: number;
  /** ms; only differences count. */
  now(): number;
  onEvent?(event: GatewayEvent): void;
}

/** A connection as the operator's terminal (spec 11): `client {id:"cli", mode:"cli"}`. */
export interface GatewayClient {
  readonly url: string;
  /** The hello-ok payload. */
  readonly hello: Row;
  /** How long the connection and its handshake took, ms. */
  readonly connectMs: number;
  /** Resolves with the reason once the connection has ended, whoever ended it. */
  readonly closed: Promise<string>;
  /** Throws the gateway's error under its code, GATEWAY_TIMEOUT, or GATEWAY_UNREACHABLE when the connection ends. */
  call(method: string, params: object, timeoutMs?: number | null): Promise<unknown>;
  close(): void;
}

interface Waiting {
  resolve(payload: unknown): void;
  reject(error: ContinuoError): void;
}

const WIRE_CODES: Readonly<Record<string, ErrorCode>> = {
  INVALID_REQUEST: "REQUEST_INVALID",
  FORBIDDEN: "REQUEST_FORBIDDEN",
  NOT_PAIRED: "GATEWAY_UNAUTHORIZED",
  AGENT_TIMEOUT: "MODEL_TIMEOUT",
};

function isErrorCode(code: string | null): code is ErrorCode {
  return code !== null && (ERROR_CODES as readonly string[]).includes(code);
}

/** The wire's `{code, message, details}` as one of ours: our own code travels in `details.continuoCode`. */
export function errorFromWire(wire: unknown): ContinuoError {
  const error = asRow(wire);
  const details = asRow(error.details);
  const own = textOf(details, "continuoCode");
  const message = textOf(error, "message") ?? "The gateway refused the request without saying why.";
  const cure = textOf(details, "cure");
  if (isErrorCode(own)) return new ContinuoError(own, message, cure === null ? {} : { fields: { cure } });
  if (/^(AUTH_|DEVICE_|PAIRING_)/.test(textOf(details, "code") ?? "")) return new ContinuoError("GATEWAY_UNAUTHORIZED", message);
  return new ContinuoError(WIRE_CODES[textOf(error, "code") ?? ""] ?? "INTERNAL", message);
}

function connectParams(options: ConnectOptions): object {
  const { token, password } = options;
  return {
    minProtocol: 3,
    maxProtocol: 4,
    client: { id: "cli", displayName: "Continuo CLI", version: options.version, platform: process.platform, mode: "cli" },
    role: "operator",
    scopes: ["operator.read", "operator.write", "operator.admin"],
    caps: [],
    auth: { ...(token === null ? {} : { token }), ...(password ? { password } : {}) },
  };
}

function parseFrame(text: string): Row {
  try {
    return asRow(JSON.parse(text));
  } catch {
    return {}; // not a frame: ignored like an unknown one
  }
}

/** What Node's own WebSocket is not needed for: that one also knows TLS. */
function isPlain(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === "ws:";
}

interface Link {
  readonly client: Omit<GatewayClient, "url" | "hello" | "connectMs">;
  readonly challenged: Promise<void>;
  wasOpen(): boolean;
}

function settleResponse(frame: Row, waiting: Map<string, Waiting>): void {
  const id = textOf(frame, "id") ?? "";
  const request = waiting.get(id);
  waiting.delete(id);
  if (flagOf(frame, "ok")) request?.resolve(frame.payload);
  else request?.reject(errorFromWire(frame.error));
}

function callOver(socket: Socket, waiting: Map<string, Waiting>, usualTimeoutMs: number): GatewayClient["call"] {
  let lastId = 0;
  return async (method, params, timeoutMs = usualTimeoutMs) => {
    if (!socket.isOpen()) throw new ContinuoError("GATEWAY_UNREACHABLE", "The connection to the gateway has ended.");
    const id = String(++lastId);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { resolve, reject });
    const late = () => {
      waiting.delete(id);
      reject(new ContinuoError("GATEWAY_TIMEOUT", `The gateway did not answer ${method} within ${timeoutMs} ms.`));
    };
    const timer = timeoutMs === null ? null : setTimeout(late, timeoutMs);
    socket.send(JSON.stringify({ type: "req", id, method, params }));
    try {
      return await promise;
    } finally {
      if (timer !== null) clearTimeout(timer);
    }
  };
}

function openLink(options: ConnectOptions): Link {
  const waiting = new Map<string, Waiting>();
  const challenged = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<string>();
  let open = false;
  const socket = (isPlain(options.url) ? openSocket : openNodeSocket)(options.url, {
    onOpen() {
      open = true;
    },
    onText(text) {
      const frame = parseFrame(text);
      if (frame.type === "res") settleResponse(frame, waiting);
      else if (frame.event === "connect.challenge") challenged.resolve();
      else if (frame.type === "event") options.onEvent?.({ event: textOf(frame, "event") ?? "", payload: asRow(frame.payload) });
    },
    onClose(reason) {
      const text = reason === "" ? "the connection ended" : reason;
      for (const request of waiting.values()) request.reject(new ContinuoError("GATEWAY_UNREACHABLE", `The gateway went away: ${text}.`));
      waiting.clear();
      closed.resolve(text);
    },
  });
  return {
    client: { closed: closed.promise, call: callOver(socket, waiting, options.timeoutMs), close: () => socket.close() },
    challenged: challenged.promise,
    wasOpen: () => open,
  };
}

export function unreachable(url: string): ContinuoError {
  return new ContinuoError("GATEWAY_UNREACHABLE", `No gateway answers at ${url}.`);
}

/**
 * Connects and shakes hands. Throws GATEWAY_UNREACHABLE (nobody listens there, or it hung up), GATEWAY_UNAUTHORIZED
 * (the token was refused) or GATEWAY_TIMEOUT.
 */
export async function connectGateway(options: ConnectOptions): Promise<GatewayClient> {
  const began = options.now();
  const { client, challenged, wasOpen } = openLink(options);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new ContinuoError("GATEWAY_TIMEOUT", `The gateway at ${options.url} did not finish the handshake within ${options.timeoutMs} ms.`));
  }, options.timeoutMs);
  const gone = client.closed.then((reason): never => {
    throw wasOpen() ? new ContinuoError("GATEWAY_UNREACHABLE", `The gateway at ${options.url} hung up: ${reason}.`) : unreachable(options.url);
  });
  gone.catch(() => undefined); // the race below listens only until the handshake is over
  try {
    await Promise.race([challenged, gone, late.promise]);
    const hello = await Promise.race([client.call("connect", connectParams(options), null), gone, late.promise]);
    return { ...client, url: options.url, hello: asRow(hello), connectMs: Math.round(options.now() - began) };
  } catch (error) {
    client.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
