import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { z } from "zod";
import { systemClock } from "../../src/domain/clock.ts";
import { ContinuoError } from "../../src/domain/errors.ts";
import { createIds } from "../../src/domain/ids.ts";
import { UNKNOWN_USAGE } from "../../src/domain/usage.ts";
import type { TurnEvent } from "../../src/domain/turn.ts";
import { createGateway } from "../../src/gateway/index.ts";
import type { Gateway, GatewayLog, GatewayOptions, GatewaySettings, Listening } from "../../src/gateway/index.ts";
import type { Operation } from "../../src/operations/operation.ts";

export const TOKEN = "the-shared-secret-of-the-tests";
export const MAIN = "agent:main:main";

/** What the fake operations see and what they are to do. */
export interface FakeHouse {
  readonly callers: string[];
  /** Runs after a message was accepted. */
  onSend(runId: string, text: string, sessionKey: string): void;
}

export type FakeOperation = Operation<z.ZodType, unknown, FakeHouse>;

const sendInput = z.object({ sessionKey: z.string().nullish(), message: z.string().min(1), idempotencyKey: z.string().optional(), limit: z.number().optional() });

const chatSend: Operation<typeof sendInput, object, FakeHouse> = {
  name: "chat.send",
  scope: "write",
  input: sendInput,
  example: { sessionKey: "main", message: "hi" },
  async run(house, input, caller) {
    const runId = input.idempotencyKey ?? randomUUID();
    const sessionKey = input.sessionKey ?? MAIN;
    house.callers.push(`${caller.channel}/${caller.clientName}`);
    setImmediate(() => house.onSend(runId, input.message, sessionKey));
    return { runId, status: "started", sessionKey };
  },
};

function failing(name: string, error: () => unknown): FakeOperation {
  return {
    name,
    scope: "read",
    input: z.object({}),
    example: {},
    run: () => Promise.reject(error()),
  };
}

export const FAKE_OPERATIONS: readonly FakeOperation[] = [
  chatSend,
  { name: "health", scope: "read", input: z.object({}), example: {}, run: async () => ({ ok: true }) },
  { name: "echo", scope: "read", input: z.object({ text: z.string() }), example: { text: "x" }, run: async (_house, input) => input },
  { name: "admin.only", scope: "admin", input: z.object({}), example: {}, run: async () => ({ ok: true }) },
  failing("fail.ours", () => new ContinuoError("SESSION_NOT_FOUND", "No session found: ghost", { fields: { path: "/secret/place" } })),
  failing("fail.later", () => new ContinuoError("MODEL_UNAVAILABLE", "The model is busy.", { retryAfterMs: 1500 })),
  failing("fail.forbidden", () => new ContinuoError("REQUEST_FORBIDDEN", "Not yours.")),
  failing("fail.foreign", () => new Error("ENOENT: no such file, open '/home/alice/.openclaw/secret.db'")),
  failing("fail.text", () => "a thrown string with /home/alice"),
];

export interface RunningHouse {
  readonly gateway: Gateway;
  readonly at: Listening;
  readonly house: FakeHouse;
  readonly logged: { readonly fields: object; readonly message: string }[];
  close(): Promise<void>;
}

export interface HouseChanges {
  readonly settings?: Partial<GatewaySettings>;
  readonly options?: Partial<GatewayOptions<FakeHouse>>;
}

export function houseOptions(house: FakeHouse, log: GatewayLog, changes: HouseChanges = {}): GatewayOptions<FakeHouse> {
  return {
    settings: { host: "127.0.0.1", port: 0, auth: { mode: "token", token: TOKEN, password: null }, allowedOrigins: [], handshakeTimeoutMs: 15_000, ...changes.settings },
    operations: FAKE_OPERATIONS,
    services: house,
    snapshot: () => ({
      health: { ok: true, ts: 1, durationMs: 0 },
      sessionDefaults: { defaultAgentId: "main", mainKey: "main", mainSessionKey: MAIN, scope: "per-sender" },
      configPath: "/state/openclaw.json",
      stateDir: "/state",
    }),
    ready: () => ({ ready: true, failing: [] }),
    uiDir: join(tmpdir(), `no-page-${randomUUID()}`),
    version: "0.0.0-test",
    secret: "the-server-secret-of-the-tests",
    world: { clock: systemClock, ids: createIds(systemClock), log },
    ...changes.options,
  };
}

export async function startHouse(changes: HouseChanges = {}): Promise<RunningHouse> {
  const logged: { fields: object; message: string }[] = [];
  const note = (fields: object, message: string): void => void logged.push({ fields, message });
  const log: GatewayLog = { debug: () => {}, info: note, warn: note, error: note };
  const house: FakeHouse = { callers: [], onSend: () => {} };
  const gateway = createGateway(houseOptions(house, log, changes));
  const at = await gateway.listen();
  return { gateway, at, house, logged, close: () => gateway.close({ reason: "test over" }) };
}

/** JSON as it came, to be looked into field by field. */
export interface Fields {
  readonly [key: string]: Fields | undefined;
}

export interface Frame {
  readonly type: string;
  readonly id?: string;
  readonly event?: string;
  readonly ok?: boolean;
  readonly seq?: number;
  readonly payload?: Fields;
  readonly error?: { readonly code: string; readonly message: string; readonly details?: Record<string, unknown>; readonly retryable?: boolean; readonly retryAfterMs?: number };
}

/** A bare client that keeps everything it was sent. */
export interface RawClient {
  readonly socket: WebSocket;
  readonly frames: Frame[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  send(frame: unknown): void;
  /** The first frame, past or future, that fits; fails when the socket closes before. */
  find(fits: (frame: Frame) => boolean): Promise<Frame>;
  /** The answer to a request. */
  ask(method: string, params?: unknown): Promise<Frame>;
}

export function rawClient(at: Listening, options: { headers?: Record<string, string>; path?: string } = {}): RawClient {
  const socket = new WebSocket(at.url.replace("http", "ws") + (options.path ?? "/"), { headers: options.headers ?? {}, perMessageDeflate: false });
  const frames: Frame[] = [];
  const waiting = new Set<{ fits: (frame: Frame) => boolean; resolve: (frame: Frame) => void; reject: (error: Error) => void }>();
  const { promise: closed, resolve: setClosed } = Promise.withResolvers<{ code: number; reason: string }>();
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data)) as Frame;
    frames.push(frame);
    for (const waiter of waiting) {
      if (!waiter.fits(frame)) continue;
      waiting.delete(waiter);
      waiter.resolve(frame);
    }
  });
  socket.on("error", () => {});
  socket.on("close", (code, reason) => {
    setClosed({ code, reason: String(reason) });
    for (const { reject } of waiting) reject(new Error(`closed ${code} ${String(reason)}; got ${JSON.stringify(frames).slice(0, 500)}`));
  });
  const find = (fits: (frame: Frame) => boolean): Promise<Frame> => {
    const known = frames.find(fits);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => void waiting.add({ fits, resolve, reject }));
  };
  const send = (frame: unknown): void => socket.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  return {
    socket,
    frames,
    closed,
    send,
    find,
    ask(method, params) {
      const id = randomUUID();
      send({ type: "req", id, method, ...(params === undefined ? {} : { params }) });
      return find((frame) => frame.type === "res" && frame.id === id);
    },
  };
}

export function connectWith(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    minProtocol: 4,
    maxProtocol: 4,
    client: { id: "cli", version: "1.0.0", platform: "linux", mode: "cli" },
    role: "operator",
    scopes: ["operator.read", "operator.write"],
    auth: { token: TOKEN },
    ...changes,
  };
}

/** Waits for the challenge, connects, and returns the answer to `connect`. */
export async function connect(client: RawClient, changes: Record<string, unknown> = {}): Promise<Frame> {
  await client.find((frame) => frame.event === "connect.challenge");
  return client.ask("connect", connectWith(changes));
}

export async function connected(at: Listening, changes: Record<string, unknown> = {}): Promise<RawClient> {
  const client = rawClient(at);
  const answer = await connect(client, changes);
  if (answer.ok !== true) throw new Error(`not connected: ${JSON.stringify(answer)}`);
  return client;
}

/** The events of a turn, in order, as the worker emits them. */
export function turnOf(runIds: readonly string[], parts: readonly string[], changes: { sessionKey?: string; turnId?: string; channel?: string } = {}): readonly TurnEvent[] {
  const frame = { turnId: changes.turnId ?? `turn-${runIds[0]}`, runIds, sessionKey: changes.sessionKey ?? MAIN, sessionId: "session-1", agentId: "main", at: 1_000 };
  const address = { channel: changes.channel ?? "telegram", account: "default", chat: "42", thread: null };
  const deltas = parts.map((delta, i): TurnEvent => ({ ...frame, kind: "delta", delta, text: parts.slice(0, i + 1).join("") }));
  const usage = { ...UNKNOWN_USAGE, input: 10, output: 5 };
  return [
    { ...frame, kind: "started", reply: { address, audience: "owner", peer: "42", replyTo: null }, texts: ["hello"], senderName: "Ann", draft: null },
    ...deltas,
    { ...frame, kind: "committed", held: null, text: parts.join(""), model: "mock/echo-1", usage },
  ];
}
