import type { Socket } from "node:net";
import type { RawData } from "ws";
import { admitClient } from "./admission.ts";
import type { Admitted, AdmissionContext } from "./admission.ts";
import type { ClientSocket } from "./client-socket.ts";
import { wireOf } from "./client-socket.ts";
import { connectParams } from "./connect-params.ts";
import { holds } from "./connections.ts";
import type { Connection, Connections, Wire } from "./connections.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Ids } from "../domain/ids.ts";
import { encodeEvent, encodeFailure, encodeResult, NO_ID, parseFrame } from "./frames.ts";
import type { Incoming, RequestFrame } from "./frames.ts";
import type { Dispatch } from "./methods.ts";
import type { GatewayLog, Limits } from "./options.ts";
import type { Peer } from "./origin.ts";
import { invalidParams, toWireError } from "./wire-errors.ts";
import type { WireError } from "./wire-errors.ts";

export interface SessionContext {
  readonly connections: Connections;
  readonly dispatch: Dispatch;
  readonly limits: Limits;
  readonly ids: Ids;
  readonly log: GatewayLog;
  now(): number;
  /** Read at each handshake: the settings may have changed since the last. */
  admission(): AdmissionContext;
  hello(client: Admitted, connId: string): object;
  /** Requests that have no answer yet, for an orderly end. */
  track(answer: Promise<void>): void;
}

/** Everything before the handshake has to fit in here (spec 11.1). */
const MAX_FIRST_FRAME = 65_536;
/** Room for the frame's own header. */
const FRAME_OVERHEAD = 64;
/** How long a refused peer has to read why. */
const REFUSED_GRACE_MS = 250;
const MAX_IN_FLIGHT = 256;
const INVALID_FRAME = "invalid request frame";

function textOf(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString("utf8");
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)).toString("utf8");
}

function refusal(message: string): WireError {
  return toWireError(new ContinuoError("REQUEST_INVALID", message), 4);
}

function tooLarge(limit: number): WireError {
  return toWireError(new ContinuoError("MESSAGE_TOO_LARGE", `message too large: the limit is ${limit} bytes`), 4);
}

interface Greeted {
  readonly client: Admitted;
  readonly connId: string;
}

/** Answers `connect`, or says why not and closes (spec 11.1). */
function shakeHands(wire: Wire, nonce: string, peer: Peer, incoming: Incoming, context: SessionContext): Greeted | null {
  const fail = (id: string, error: WireError): null => {
    wire.send(encodeFailure(id, error));
    wire.close(1008, error.message);
    return null;
  };
  if (incoming.kind === "garbage") {
    // Whatever that is, it is no client of ours: nothing is told.
    wire.close(1000, "");
    return null;
  }
  if (incoming.kind === "invalid") {
    wire.close(1008, INVALID_FRAME);
    return null;
  }
  const { id, method, params } = incoming.frame;
  if (method !== "connect") return fail(id, refusal("invalid handshake: first request must be connect"));
  const parsed = connectParams.safeParse(params);
  if (!parsed.success) return fail(id, refusal(invalidParams("connect", parsed.error.issues, params).message));
  const client = admitClient(parsed.data, nonce, peer, context.admission());
  if (client.kind === "refused") {
    context.log.warn({ client: parsed.data.client.id, peer: peer.address, why: client.error.message }, "a client was refused");
    return fail(id, client.error);
  }
  const connId = context.ids.uuid();
  wire.send(encodeResult(id, context.hello(client, connId)));
  return { client, connId };
}

function openConnection({ client, connId }: Greeted, wire: Wire, gone: AbortSignal): Connection {
  const may = { read: holds(client.scopes, "read"), write: holds(client.scopes, "write"), admin: holds(client.scopes, "admin") };
  return {
    caller: { channel: client.channel, connectionId: connId, clientName: client.clientName, ...(client.locale === null ? {} : { locale: client.locale }) },
    protocol: client.protocol,
    wire,
    may: (scope) => may[scope],
    gone,
    follows: { all: false, keys: new Set() },
  };
}

/** Answers the frames of a connection that is open; what is no request is told so, and the connection lives on. */
function createRequests(connection: Connection, context: SessionContext): (data: RawData, isBinary: boolean) => void {
  const { wire } = connection;
  let inFlight = 0;

  async function answer(frame: RequestFrame): Promise<void> {
    inFlight++;
    await context.dispatch.answer(connection, frame);
    inFlight--;
    context.connections.closeIfSlow(connection);
  }

  return (data, isBinary) => {
    const incoming: Incoming = isBinary ? { kind: "invalid", id: NO_ID, why: "frames must be text" } : parseFrame(textOf(data));
    if (incoming.kind === "garbage") wire.send(encodeFailure(NO_ID, refusal(`${INVALID_FRAME}: not JSON`)));
    else if (incoming.kind === "invalid") wire.send(encodeFailure(incoming.id, refusal(`${INVALID_FRAME}: ${incoming.why}`)));
    else if (inFlight >= MAX_IN_FLIGHT) wire.send(encodeFailure(incoming.frame.id, { code: "UNAVAILABLE", message: "too many requests in flight", retryable: true }));
    else context.track(answer(incoming.frame));
  };
}

/** Watches the bytes of a socket that has not proved who it is: it may send one small frame and no more. */
function limitFirstBytes(raw: Socket, exceeded: () => void): () => void {
  let received = 0;
  const count = (chunk: Buffer): void => {
    received += chunk.length;
    if (received > MAX_FIRST_FRAME + FRAME_OVERHEAD) {
      raw.pause();
      exceeded();
    }
  };
  raw.on("data", count);
  return () => void raw.off("data", count);
}

/**
 * One client from its socket to its end: challenge, `connect`, then requests and events (spec 11.1, 11.2).
 * Nothing that it sends can throw out of here.
 */
export function serveClient(socket: ClientSocket, raw: Socket, peer: Peer, context: SessionContext): void {
  const { connections, limits, ids } = context;
  const wire = wireOf(socket);
  const nonce = ids.uuid();
  const ended = new AbortController();
  let connection: Connection | null = null;
  let onFrame: ((data: RawData, isBinary: boolean) => void) | null = null;

  const refuseSize = (limit: number): void => {
    wire.send(encodeFailure(NO_ID, tooLarge(limit)));
    wire.close(1009, "message too large");
  };
  const unlimit = limitFirstBytes(raw, () => {
    unlimit();
    refuseSize(MAX_FIRST_FRAME);
    // Nothing more is read, so the peer's own close would not be seen.
    setTimeout(() => socket.terminate(), REFUSED_GRACE_MS).unref();
  });
  const timer = setTimeout(() => wire.close(1008, "handshake timeout"), limits.handshakeTimeoutMs);

  function settleFirst(): void {
    clearTimeout(timer);
    unlimit();
  }

  function first(data: RawData, isBinary: boolean): void {
    const text = isBinary ? "" : textOf(data);
    if (Buffer.byteLength(text) > MAX_FIRST_FRAME) return refuseSize(MAX_FIRST_FRAME);
    settleFirst();
    const greeted = shakeHands(wire, nonce, peer, parseFrame(text), context);
    if (greeted === null) {
      onFrame = () => {};
      return;
    }
    connection = openConnection(greeted, wire, ended.signal);
    connections.add(connection);
    onFrame = createRequests(connection, context);
  }

  socket.onRefusedFrame = (code) => {
    if (code === 1009) wire.send(encodeFailure(NO_ID, tooLarge(connection === null ? MAX_FIRST_FRAME : limits.maxPayload)));
  };
  socket.on("message", (data, isBinary) => {
    // What still comes from a peer that was told to go is not acted on.
    if (wire.open) (onFrame ?? first)(data, isBinary);
  });
  socket.on("error", (error) => context.log.debug({ err: error, peer: peer.address }, "a socket failed"));
  socket.on("close", () => {
    settleFirst();
    ended.abort();
    if (connection !== null) connections.remove(connection);
  });
  wire.send(encodeEvent("connect.challenge", { nonce, ts: context.now() }));
}
