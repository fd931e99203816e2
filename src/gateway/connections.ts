import type { Caller, Scope } from "../operations/operation.ts";
import { encodeEvent, encodeOpenEvent, withSeq } from "./frames.ts";
import type { Limits, Protocol } from "./options.ts";

/** The sending half of a socket. */
export interface Wire {
  send(data: string | Buffer): void;
  /** False as soon as either side has begun to close. */
  readonly open: boolean;
  /** Bytes that the peer has not taken yet. */
  readonly buffered: number;
  close(code: number, reason: string): void;
}

/** A client after its handshake. */
export interface Connection {
  readonly caller: Caller;
  readonly protocol: Protocol;
  readonly wire: Wire;
  may(scope: Scope): boolean;
  /** Fires when the socket is gone. */
  readonly gone: AbortSignal;
  /** Does it get `sessions.changed` of every session (`null`) or of some keys only? */
  readonly follows: { all: boolean; readonly keys: Set<string> };
}

/** The run that an event belongs to: `part` events may be skipped for a slow reader, `end` ones never. */
export interface RunPart {
  readonly runId: string;
  readonly role: "part" | "end";
}

export interface Broadcast {
  readonly event: string;
  /** Null reaches every client. */
  readonly scope: Scope | null;
  readonly run: RunPart | null;
  /** `whole`: this reader missed an earlier part, so what it gets must stand alone. */
  payload(protocol: Protocol, whole: boolean): object;
}

export interface Connections {
  add(connection: Connection): void;
  remove(connection: Connection): void;
  /** Sends to everyone who may see it, each with its own gapless `seq`. */
  broadcast(message: Broadcast): void;
  /** Sends to some, without `seq` (spec 11.2). */
  target(event: string, payload: object, wanted: (connection: Connection) => boolean): void;
  /** Closes what has stopped reading; called after every send. */
  closeIfSlow(connection: Connection): boolean;
  list(): readonly Connection[];
}

interface Reader {
  seq: number;
  /** Streams (`chat:<runId>`) of which this reader has missed a part. */
  readonly missed: Set<string>;
}

/** `operator.admin` includes write, write includes read (spec 11.2). */
export function holds(scopes: readonly string[], wanted: Scope): boolean {
  const enough: Record<Scope, readonly string[]> = {
    read: ["operator.read", "operator.write", "operator.admin"],
    write: ["operator.write", "operator.admin"],
    admin: ["operator.admin"],
  };
  return enough[wanted].some((scope) => scopes.includes(scope));
}

/** Above this many unread bytes a reader gets no more parts of running answers: the next one catches it up. */
const SKIP_PARTS_ABOVE = 1_048_576;

/** JSON is made once for each protocol version that listens, whatever the number of clients. */
function lazyEncodings(message: Broadcast): (protocol: Protocol, whole: boolean) => Buffer {
  const made = new Map<string, Buffer>();
  return (protocol, whole) => {
    const key = `${protocol}${whole ? "w" : ""}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = encodeOpenEvent(message.event, message.payload(protocol, whole));
    made.set(key, fresh);
    return fresh;
  };
}

export function createConnections(limits: Limits): Connections {
  const readers = new Map<Connection, Reader>();
  const skipAbove = Math.min(SKIP_PARTS_ABOVE, limits.maxBufferedBytes / 2);

  function closeIfSlow(connection: Connection): boolean {
    if (connection.wire.buffered <= limits.maxBufferedBytes) return false;
    readers.delete(connection);
    connection.wire.close(1008, "slow consumer");
    return true;
  }

  /** Whether this reader gets the event, and whether it has to stand alone. */
  function stand(connection: Connection, reader: Reader, message: Broadcast): "skip" | "next" | "whole" {
    if (message.run === null) return "next";
    const stream = `${message.event}:${message.run.runId}`;
    if (message.run.role === "end") {
      reader.missed.delete(stream);
      return "next";
    }
    if (connection.wire.buffered > skipAbove) {
      reader.missed.add(stream);
      return "skip";
    }
    return reader.missed.delete(stream) ? "whole" : "next";
  }

  return {
    add: (connection) => void readers.set(connection, { seq: 0, missed: new Set() }),
    remove: (connection) => void readers.delete(connection),
    broadcast(message) {
      const encode = lazyEncodings(message);
      for (const [connection, reader] of readers) {
        if (message.scope !== null && !connection.may(message.scope)) continue;
        const how = stand(connection, reader, message);
        if (how === "skip") continue;
        reader.seq++;
        connection.wire.send(withSeq(encode(connection.protocol, how === "whole"), reader.seq));
        closeIfSlow(connection);
      }
    },
    target(event, payload, wanted) {
      const chosen = [...readers.keys()].filter(wanted);
      if (chosen.length === 0) return;
      const text = encodeEvent(event, payload);
      for (const connection of chosen) {
        connection.wire.send(text);
        closeIfSlow(connection);
      }
    },
    closeIfSlow,
    list: () => [...readers.keys()],
  };
}
