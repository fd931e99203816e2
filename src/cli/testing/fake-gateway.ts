import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import type { GatewayFile } from "../deps.ts";
import { NOW } from "./fake-cli.ts";

export interface FakeConnection {
  /** The params of `connect`. */
  readonly connect: Record<string, unknown>;
  event(event: string, payload: object): void;
  hangUp(reason: string): void;
}

export type FakeMethod = (params: Record<string, unknown>, connection: FakeConnection) => unknown;

/** What a method throws to be answered as an error frame. */
export class WireRefusal extends Error {
  readonly frame: object;
  constructor(frame: object) {
    super("refused");
    this.frame = frame;
  }
}

export interface FakeGateway {
  readonly file: GatewayFile;
  /** Every call as `method`, in order. */
  readonly calls: readonly { readonly method: string; readonly params: Record<string, unknown> }[];
  close(): Promise<void>;
}

const HELLO = {
  type: "hello-ok",
  protocol: 4,
  server: { version: "1.2.3", connId: "c1" },
  snapshot: { sessionDefaults: { defaultAgentId: "main", mainKey: "main", mainSessionKey: "agent:main:main" } },
};

type Frame = { id: string; method: string; params?: Record<string, unknown> };

function serve(socket: WebSocket, methods: Readonly<Record<string, FakeMethod>>, calls: { method: string; params: Record<string, unknown> }[]): void {
  const send = (frame: object) => socket.send(JSON.stringify(frame));
  const connection: { connect: Record<string, unknown> } & FakeConnection = {
    connect: {},
    event: (event, payload) => send({ type: "event", event, payload }),
    hangUp: (reason) => socket.close(1012, reason),
  };
  const all: Readonly<Record<string, FakeMethod>> = { connect: () => HELLO, "sessions.subscribe": () => ({ subscribed: true }), "chat.history": () => ({ sessionId: "s1", messages: [] }), ...methods };
  socket.on("message", (data: Buffer) => {
    const { id, method, params = {} } = JSON.parse(data.toString("utf8")) as Frame;
    if (method === "connect") connection.connect = params;
    calls.push({ method, params });
    const run = all[method];
    if (run === undefined) return send({ type: "res", id, ok: false, error: { code: "INVALID_REQUEST", message: `unknown method: ${method}` } });
    try {
      const payload = run(params, connection);
      if (payload !== undefined) send({ type: "res", id, ok: true, payload });
    } catch (error) {
      if (!(error instanceof WireRefusal)) throw error;
      send({ type: "res", id, ok: false, error: error.frame });
    }
  });
  send({ type: "event", event: "connect.challenge", payload: { nonce: "n", ts: 1 } });
}

/** The wire of spec 11 with the methods that a test gives; a method that answers undefined never answers. */
export async function fakeGateway(methods: Readonly<Record<string, FakeMethod>> = {}): Promise<FakeGateway> {
  const calls: { method: string; params: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/readyz" ? 200 : 404, { connection: "close" });
    response.end("{}");
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => serve(socket, methods, calls));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    file: { pid: 4711, host: "127.0.0.1", port, startedAt: NOW - 65_000, version: "1.2.3" },
    calls,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.close();
      await once(server, "close");
    },
  };
}
