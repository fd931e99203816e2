import type { Socket as Connection } from "node:net";
import { anyBytes } from "../domain/ids.ts";
import { createFrameReader, maskedFrame, OPCODES } from "./socket-frames.ts";

/** A connection that carries texts. */
export interface Socket {
  isOpen(): boolean;
  send(text: string): void;
  /** In order; `onClose` follows. */
  close(): void;
}

export interface SocketEvents {
  onOpen(): void;
  onText(text: string): void;
  /** Once, whoever ended it and however; an empty reason: none was given. */
  onClose(reason: string): void;
}

const HEAD_END = "\r\n\r\n";
/** No gateway's answer to an upgrade is longer. */
const LARGEST_HEAD = 16 * 1024;
/** How long a gateway may take to agree to the end. */
const CLOSING_MS = 1_000;
const NORMAL = Buffer.from([1000 >> 8, 1000 & 0xff]);

function requestFor(url: URL, key: string): string {
  const lines = [`GET ${url.pathname}${url.search} HTTP/1.1`, `Host: ${url.host}`, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", `Sec-WebSocket-Key: ${key}`];
  return `${lines.join("\r\n")}${HEAD_END}`;
}

/** The key's hash is not looked at: it would tell a cache's answer from a server's, and the gateway says `hello` itself. */
const AGREED = /^HTTP\/1\.1 101 [^]*\r\nupgrade: *websocket *(\r\n|$)/i;

/** Collects the answer to the upgrade; answers what came behind it, null as long as it is not complete. Throws when it is no agreement. */
function createHandshake(): (chunk: Buffer) => Buffer | null {
  let read = Buffer.alloc(0);
  return (chunk) => {
    read = Buffer.concat([read, chunk]);
    const end = read.indexOf(HEAD_END);
    if (end < 0 && read.length <= LARGEST_HEAD) return null;
    if (end < 0 || !AGREED.test(read.toString("latin1", 0, end))) throw new Error("no WebSocket answers there");
    return read.subarray(end + HEAD_END.length);
  };
}

/** What came with the frames: texts to the listener, pings answered, the reason of an end kept. */
function createReceiver(connection: Connection, { onText }: SocketEvents, reply: (opcode: number, payload: Buffer) => Buffer) {
  let reason = "";
  const read = createFrameReader(({ opcode, payload }) => {
    if (opcode === OPCODES.text) onText(payload.toString("utf8"));
    else if (opcode === OPCODES.ping) connection.write(reply(OPCODES.pong, payload));
    else if (opcode === OPCODES.close) {
      reason = payload.toString("utf8", 2);
      connection.end(reply(OPCODES.close, payload.subarray(0, 2)));
    }
  });
  return { read, reason: () => reason };
}

/**
 * Opens a WebSocket (RFC 6455) to `ws://`, as much of one as a gateway's client needs: texts, nothing compressed. Node's own
 * brings its whole HTTP client along, 18 MB and 25 ms for each command.
 */
export function openSocket(address: string, events: SocketEvents): Socket {
  const url = new URL(address);
  const { connect } = process.getBuiltinModule("node:net");
  const connection = connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port === "" ? 80 : Number(url.port), noDelay: true });
  // Masks keep a script in a browser from writing what a proxy would take for a request. These are the operator's own words.
  const frame = (opcode: number, payload: Buffer): Buffer => maskedFrame(opcode, payload, anyBytes(4));
  const handshake = createHandshake();
  const receiver = createReceiver(connection, events, frame);
  let state: "opening" | "open" | "closing" = "opening";

  function receive(chunk: Buffer): void {
    if (state !== "opening") return receiver.read(chunk);
    const rest = handshake(chunk);
    if (rest === null) return;
    state = "open";
    events.onOpen();
    receiver.read(rest);
  }

  connection.once("connect", () => connection.write(requestFor(url, anyBytes(16).toString("base64"))));
  connection.on("data", (chunk: Buffer) => {
    try {
      receive(chunk);
    } catch (error) {
      connection.destroy(error as Error);
    }
  });
  connection.on("error", () => undefined); // a close event follows and tells the listener
  connection.once("close", () => {
    state = "closing";
    events.onClose(receiver.reason());
  });
  return {
    isOpen: () => state === "open",
    send: (text) => void connection.write(frame(OPCODES.text, Buffer.from(text, "utf8"))),
    close() {
      if (state === "opening") connection.destroy();
      if (state !== "open") return;
      state = "closing";
      connection.end(frame(OPCODES.close, NORMAL));
      setTimeout(() => connection.destroy(), CLOSING_MS).unref();
    },
  };
}

/** The same with Node's own, for what `openSocket` does not know: `wss://`. */
export function openNodeSocket(address: string, { onOpen, onText, onClose }: SocketEvents): Socket {
  const socket = new WebSocket(address);
  socket.addEventListener("open", onOpen);
  socket.addEventListener("message", ({ data }) => onText(String(data)));
  socket.addEventListener("error", () => socket.close()); // a close event follows and tells the listener
  socket.addEventListener("close", ({ reason }) => onClose(reason));
  return { isOpen: () => socket.readyState === WebSocket.OPEN, send: (text) => socket.send(text), close: () => socket.close(1000) };
}
