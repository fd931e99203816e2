/** A client of the gateway's WebSocket protocol (docs/protocol.md) that does as little as possible itself. */
import { once } from "node:events";
import { WebSocket } from "ws";

export interface Client {
  /** Sends a message and waits for the `chat` event that ends its run; ms from the one to the other. */
  turn(sessionKey: string, message: string): Promise<number>;
  close(): Promise<void>;
}

interface Frame {
  readonly type: string;
  readonly id?: string;
  readonly ok?: boolean;
  readonly event?: string;
  readonly error?: { readonly message: string };
  readonly payload?: { readonly runId?: string; readonly state?: string; readonly errorMessage?: string };
}

interface Waiting {
  readonly began: number;
  resolve(ms: number): void;
  reject(error: Error): void;
}

function createTurns() {
  const waiting = new Map<string, Waiting>();
  const settle = (runId: string, error: Error | null): void => {
    const turn = waiting.get(runId);
    if (turn === undefined) return;
    waiting.delete(runId);
    if (error === null) turn.resolve(performance.now() - turn.began);
    else turn.reject(error);
  };
  return {
    begin: (runId: string): Promise<number> => new Promise((resolve, reject) => void waiting.set(runId, { began: performance.now(), resolve, reject })),
    settle,
    failAll: (error: Error): void => [...waiting.keys()].forEach((runId) => settle(runId, error)),
  };
}

async function handshake(socket: WebSocket, token: string): Promise<void> {
  const client = { id: "bench", version: "1", platform: process.platform, mode: "cli" };
  const params = { minProtocol: 3, maxProtocol: 4, client, role: "operator", scopes: ["operator.read", "operator.write"], auth: { token } };
  await once(socket, "message");
  socket.send(JSON.stringify({ type: "req", id: "connect", method: "connect", params }));
  const [answer] = (await once(socket, "message")) as [Buffer];
  const hello = JSON.parse(answer.toString()) as Frame;
  if (hello.ok !== true) throw new Error(`the gateway refused the connection: ${hello.error?.message ?? answer.toString()}`);
}

export async function connect(url: string, token: string): Promise<Client> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const turns = createTurns();
  await handshake(socket, token);
  socket.on("message", (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as Frame;
    if (frame.type === "res" && frame.ok !== true) turns.settle(frame.id ?? "", new Error(frame.error?.message ?? "refused"));
    if (frame.event !== "chat" || frame.payload?.state === "delta") return;
    const { runId = "", state, errorMessage } = frame.payload ?? {};
    turns.settle(runId, state === "final" ? null : new Error(`the run ended as ${state}: ${errorMessage ?? ""}`));
  });
  socket.on("close", () => turns.failAll(new Error("the gateway closed the connection")));
  let count = 0;
  return {
    turn(sessionKey, message) {
      const runId = `bench-${++count}-${process.pid}`;
      const ended = turns.begin(runId);
      socket.send(JSON.stringify({ type: "req", id: runId, method: "chat.send", params: { sessionKey, message, idempotencyKey: runId } }));
      return ended;
    },
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return;
      socket.close();
      await once(socket, "close");
    },
  };
}
