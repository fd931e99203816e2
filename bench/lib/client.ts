/** A client of the gateway's WebSocket protocol (docs/protocol.md) that does as little as possible itself. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { WebSocket } from "ws";

export interface Client {
  /** Sends a message and waits for the `chat` event that ends its run; ms from the one to the other. */
  turn(sessionKey: string, message: string): Promise<number>;
  /** Asks for something and waits for the answer; ms. Throws when it is refused. */
  ask(method: string, params: object): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly ms: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

interface Frame {
  readonly type: string;
  readonly id?: string;
  readonly ok?: boolean;
  readonly event?: string;
  readonly error?: { readonly message: string };
  readonly payload?: Readonly<Record<string, unknown>> & { readonly runId?: string; readonly state?: string; readonly errorMessage?: string };
}

interface Waiting {
  readonly began: number;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** What was asked and is not answered, by its id. */
function createAsked() {
  const waiting = new Map<string, Waiting>();
  const settle = (id: string, end: Error | Answer["payload"]): void => {
    const asked = waiting.get(id);
    if (asked === undefined) return;
    waiting.delete(id);
    if (end instanceof Error) asked.reject(end);
    else asked.resolve({ ms: performance.now() - asked.began, payload: end });
  };
  return {
    begin: (id: string): Promise<Answer> => new Promise((resolve, reject) => void waiting.set(id, { began: performance.now(), resolve, reject })),
    settle,
    failAll: (error: Error): void => [...waiting.keys()].forEach((id) => settle(id, error)),
  };
}

function take(frame: Frame, asked: ReturnType<typeof createAsked>): void {
  const { id = "", payload = {} } = frame;
  // A run's own answer says that it began; its end is told by an event.
  if (frame.type === "res" && frame.ok !== true) asked.settle(id, new Error(frame.error?.message ?? "refused"));
  else if (frame.type === "res" && !id.startsWith(RUN)) asked.settle(id, payload);
  if (frame.event !== "chat" || payload.state === "delta") return;
  const { runId = "", state, errorMessage } = payload;
  asked.settle(runId, state === "final" ? payload : new Error(`the run ended as ${state}: ${errorMessage ?? ""}`));
}

const RUN = "bench-run-";

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
  const asked = createAsked();
  await handshake(socket, token);
  socket.on("message", (data: Buffer) => take(JSON.parse(data.toString()) as Frame, asked));
  socket.on("close", () => asked.failAll(new Error("the gateway closed the connection")));
  let count = 0;
  // One name is one run, over a restart too.
  const name = randomUUID();
  const request = (id: string, method: string, params: object): Promise<Answer> => {
    const ended = asked.begin(id);
    socket.send(JSON.stringify({ type: "req", id, method, params }));
    return ended;
  };
  return {
    async turn(sessionKey, message) {
      const runId = `${RUN}${++count}-${name}`;
      return (await request(runId, "chat.send", { sessionKey, message, idempotencyKey: runId })).ms;
    },
    ask: (method, params) => request(`ask-${++count}`, method, params),
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return;
      socket.close();
      await once(socket, "close");
    },
  };
}
