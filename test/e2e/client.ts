import { once } from "node:events";
import { WebSocket } from "ws";

/** A client of the gateway's protocol (docs/protocol.md), as small as tests need it. */
export interface WireEvent {
  readonly event: string;
  readonly payload: {
    readonly runId?: string;
    readonly sessionKey?: string;
    readonly state?: "delta" | "final" | "aborted" | "error";
    readonly message?: { readonly content: readonly { readonly text: string }[] };
    readonly errorMessage?: string;
    readonly stopReason?: string;
  };
}

export interface HistoryMessage {
  readonly seq: number;
  readonly role: string;
  readonly channel: string;
  readonly text: string;
  readonly model: string | undefined;
  readonly stopReason: string | undefined;
}

export interface Status {
  readonly sessions: { readonly count: number; readonly running: number };
  readonly channels: readonly { readonly name: string; readonly account: string; readonly state: string }[];
  readonly queue: {
    readonly queued: number;
    readonly running: number;
    readonly deliveriesPending: number;
    readonly deliveriesFailed: number;
    readonly deliveriesUnknown: number;
  };
}

/** An error answer, as it came. */
export class WireError extends Error {
  readonly code: string;
  readonly details: { readonly continuoCode?: string; readonly code?: string; readonly cure?: string };

  constructor(error: { code: string; message: string; details?: WireError["details"] }) {
    super(error.message);
    this.code = error.code;
    this.details = error.details ?? {};
  }
}

export interface Client {
  readonly socket: WebSocket;
  readonly events: readonly WireEvent[];
  /** Resolves with the close code; also when the gateway is killed (1006). */
  readonly closed: Promise<number>;
  request<T>(method: string, params?: object): Promise<T>;
  /** The first event, past or future, that fits; `from` is a number of those that came before it. Rejects when the socket closes before. */
  event(what: string, fits: (event: WireEvent) => boolean, from?: number): Promise<WireEvent>;
  /** How a run ended. */
  end(runId: string): Promise<{ readonly state: string; readonly text: string; readonly stopReason: string | undefined }>;
  /** Says something and resolves to the answer. */
  ask(message: string, sessionKey?: string): Promise<string>;
  history(sessionKey?: string): Promise<HistoryMessage[]>;
  status(): Promise<Status>;
  /** Resolves when nothing waits, runs or is on its way. */
  settled(): Promise<Status>;
  close(): Promise<void>;
}

interface Frame extends WireEvent {
  readonly type: string;
  readonly id?: string;
  readonly ok?: boolean;
  readonly error?: ConstructorParameters<typeof WireError>[0];
}

const DEADLINE_MS = 60_000;
const LOOK_AGAIN_MS = 10;

/** Waits for a condition, with a deadline far beyond what any machine should need. */
export async function until<T>(what: string, check: () => T | Promise<T>, ms = DEADLINE_MS): Promise<NonNullable<T>> {
  for (const deadline = performance.now() + ms; ; ) {
    const found = await check();
    if (found !== null && found !== undefined && found !== false) return found as NonNullable<T>;
    if (performance.now() > deadline) throw new Error(`gave up waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

export interface Place {
  readonly port: number;
  readonly token: string;
}

const PAGE = { id: "openclaw-control-ui", mode: "webchat" };

/** How many events a client keeps at least: one that listens for an hour does not keep them all. */
const KEPT_EVENTS = 50_000;

interface Wire extends Pick<Client, "socket" | "events" | "closed" | "request" | "event"> {
  /** How many events came so far. */
  heard(): number;
}

/** Requests matched with their answers; all are refused once the gateway is gone. */
function createRequests(socket: WebSocket, closed: Promise<unknown>): { request: Client["request"]; onAnswer(frame: Frame): void } {
  const answers = new Map<string, PromiseWithResolvers<unknown>>();
  let gone = false;
  let counter = 0;
  void closed.then(() => {
    gone = true;
    for (const answer of answers.values()) answer.reject(new Error("the gateway went away"));
  });
  return {
    request<T>(method: string, params: object = {}): Promise<T> {
      const id = String(++counter);
      const answer = Promise.withResolvers<unknown>();
      answer.promise.catch(() => undefined); // whoever asked hears of it; nobody else needs to
      if (gone) return Promise.reject(new Error("the gateway went away"));
      answers.set(id, answer);
      socket.send(JSON.stringify({ type: "req", id, method, params }));
      return answer.promise as Promise<T>;
    },
    onAnswer({ id = "", ok, payload, error }) {
      const answer = answers.get(id);
      answers.delete(id);
      if (ok === true) answer?.resolve(payload);
      else answer?.reject(new WireError(error ?? { code: "none", message: "no error was named" }));
    },
  };
}

/** Events as they came, and the waiting for them: each look goes on where the last one ended. */
function createEvents(closed: Promise<unknown>): Pick<Wire, "events" | "event" | "heard"> & { onEvent(event: WireEvent): void } {
  const events: WireEvent[] = [];
  const watchers = new Set<() => void>();
  let dropped = 0;
  let gone = false;
  const heard = (): number => dropped + events.length;
  const lookAll = (): void => watchers.forEach((look) => look());
  void closed.then(() => {
    gone = true;
    lookAll();
  });
  return {
    events,
    heard,
    event: (what, fits, from = 0) =>
      new Promise((resolve, reject) => {
        const stop = setTimeout(() => finish(() => reject(new Error(`gave up waiting for ${what}`))), DEADLINE_MS);
        const finish = (done: () => void): void => {
          clearTimeout(stop);
          watchers.delete(look);
          done();
        };
        let seen = Math.max(from, dropped);
        const look = (): void => {
          for (; seen < heard(); seen++) {
            const one = events[seen - dropped];
            if (one !== undefined && fits(one)) return finish(() => resolve(one));
          }
          if (gone) finish(() => reject(new Error(`the gateway went away before ${what}`)));
        };
        watchers.add(look);
        look();
      }),
    onEvent(event) {
      events.push(event);
      lookAll();
      if (events.length >= 2 * KEPT_EVENTS) dropped += events.splice(0, KEPT_EVENTS).length;
    },
  };
}

function openWire(port: number): Wire {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined); // what matters is told by `close`
  const { request, onAnswer } = createRequests(socket, closed);
  const { events, event, heard, onEvent } = createEvents(closed);
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data)) as Frame;
    if (frame.type === "res") onAnswer(frame);
    else onEvent(frame);
  });
  return { socket, closed, events, request, event, heard };
}

async function endOf({ event }: Wire, runId: string, from?: number): ReturnType<Client["end"]> {
  const { payload } = await event(`the end of ${runId}`, (one) => one.event === "chat" && one.payload.runId === runId && one.payload.state !== "delta", from);
  const text = payload.errorMessage ?? payload.message?.content.map((part) => part.text).join("") ?? "";
  return { state: payload.state ?? "", text, stopReason: payload.stopReason };
}

/** All of it, page by page. */
async function historyOf({ request }: Wire, sessionKey: string): Promise<HistoryMessage[]> {
  type Raw = Omit<HistoryMessage, "text"> & { readonly content: readonly { readonly text: string }[] };
  const messages: Raw[] = [];
  for (let beforeSeq: number | undefined; ; ) {
    const page = await request<{ messages: Raw[]; hasMore: boolean }>("chat.history", { sessionKey, limit: 1000, ...(beforeSeq === undefined ? {} : { beforeSeq }) });
    messages.unshift(...page.messages);
    if (!page.hasMore) break;
    beforeSeq = page.messages[0]?.seq;
  }
  return messages.map(({ content, ...rest }) => ({ ...rest, text: content.map((part) => part.text).join("") }));
}

/** Connects as the page does, so that messages are `webchat`'s. */
export async function connect({ port, token }: Place, client: { id: string; mode: string } = PAGE): Promise<Client> {
  const wire = openWire(port);
  const { socket, request, event } = wire;
  const status = (): Promise<Status> => request<Status>("status");
  await once(socket, "open");
  await event("the challenge", (one) => one.event === "connect.challenge");
  const described = { ...client, version: "1.0.0", platform: process.platform };
  await request("connect", { minProtocol: 4, maxProtocol: 4, client: described, auth: { token }, scopes: ["operator.admin"] });
  return {
    ...wire,
    status,
    end: (runId) => endOf(wire, runId),
    async ask(message, sessionKey = "main") {
      const before = wire.heard();
      const { runId } = await request<{ runId: string }>("chat.send", { sessionKey, message });
      return (await endOf(wire, runId, before)).text;
    },
    history: (sessionKey = "main") => historyOf(wire, sessionKey),
    settled: () =>
      until("everything is settled", async () => {
        const now = await status();
        const { queued, running, deliveriesPending } = now.queue;
        return queued + running + deliveriesPending === 0 ? now : null;
      }),
    async close() {
      socket.close();
      await wire.closed;
    },
  };
}
