import type { IncomingMessage, Server } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createAdaptorServer } from "@hono/node-server";
import { WebSocketServer } from "ws";
import { ContinuoError } from "../domain/errors.ts";
import type { TurnEvent } from "../domain/turn.ts";
import { agentMethods } from "./agent-methods.ts";
import { answerCommands } from "./command-answers.ts";
import { ClientSocket } from "./client-socket.ts";
import { serveClient } from "./client-session.ts";
import type { SessionContext } from "./client-session.ts";
import { createConnections } from "./connections.ts";
import type { Connections } from "./connections.ts";
import { createFailureLimit, type FailureLimit } from "./failures.ts";
import { createQuietLog } from "./quiet-log.ts";
import { helloOk } from "./hello.ts";
import { createHttp } from "./http.ts";
import { listenOn } from "./listen.ts";
import type { Listening } from "./listen.ts";
import type { MediaRoute } from "./media-route.ts";
import { createDispatch, projectOperation } from "./methods.ts";
import type { Dispatch } from "./methods.ts";
import { limitsOf } from "./options.ts";
import type { AccessSettings, AuthSettings, GatewayOptions, GatewaySettings, Limits, ReadMedia } from "./options.ts";
import { isAllowedOrigin, isKnownHost, isLoopback, peerOf } from "./origin.ts";
import { afterTimeout } from "./pace.ts";
import { createRuns } from "./runs.ts";
import type { Runs } from "./runs.ts";
import { sharedSecret } from "./secrets.ts";
import { canonicalKey, emptyMethods, subscriptionMethods } from "./socket-methods.ts";
import { createTurnEvents } from "./turn-events.ts";
import type { CommandReply } from "./turn-events.ts";

/** Why a `sessions.changed` is told: something was done to the row, or its turn moved on (spec 11.4). */
export type SessionChange =
  | { readonly reason: "create" | "send" | "patch" | "reset" | "delete" | "compact" }
  | { readonly phase: "start" | "message" | "end" | "error"; readonly runId?: string };

export interface Shutdown {
  readonly reason: string;
  readonly restartExpectedMs?: number;
}

export interface Gateway {
  /** Throws GATEWAY_PORT_TAKEN or GATEWAY_BIND_REFUSED. */
  listen(): Promise<Listening>;
  /** Clients that came in under other credentials are disconnected. Throws GATEWAY_BIND_REFUSED. */
  updateSettings(access: AccessSettings): void;
  onTurnEvent(event: TurnEvent): void;
  publishCommandReply(reply: CommandReply): void;
  onSessionChanged(key: string, change: SessionChange, row: object): void;
  /** An event for every client: `health`, `presence`, `notice`. */
  publish(event: "health" | "presence" | "notice" | "cron" | "people.changed" | "changes.progress" | "store.progress" | "moving.progress" | "rights.progress", payload: object): void;
  connections(): number;
  /** Tells the clients, lets answers and frames under way arrive, closes with 1012. */
  close(shutdown: Shutdown): Promise<void>;
}

/** How long answers and closing handshakes may take at the end. */
const CLOSE_WAIT_MS = 1_500;

type Sockets = InstanceType<typeof WebSocketServer<typeof ClientSocket>>;

function refuseOpenBind(settings: GatewaySettings, access: AccessSettings): void {
  if (isLoopback(settings.host) || sharedSecret(access.auth) !== null) return;
  throw new ContinuoError("GATEWAY_BIND_REFUSED", `The gateway has no secret and would listen on ${settings.host}, for everybody to use.`, {
    fields: { host: settings.host },
  });
}

function methodsOf<Services>(options: GatewayOptions<Services>, runs: Runs, publish: (reply: CommandReply) => void): Dispatch {
  const { ids, clock, log } = options.world;
  const resolveKey = options.resolveKey ?? ((typed: string) => canonicalKey(typed, options.snapshot().sessionDefaults));
  const operations = options.operations
    .map((operation) => projectOperation(operation, options.services))
    .map((method) => (method.name === "chat.send" ? answerCommands(method, { ids, resolveKey, publish }) : method));
  const chatSend = operations.find(({ name }) => name === "chat.send");
  const agent = chatSend === undefined ? [] : agentMethods({ chatSend, runs, clock, ids });
  return createDispatch([...operations, ...agent, ...subscriptionMethods(resolveKey), ...emptyMethods()], log);
}

function rejectUpgrade(socket: Duplex, status: string): void {
  const body = `${status.slice(4)}\n`;
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
}

interface Upgrades {
  readonly host: string;
  readonly limits: Limits;
  readonly session: SessionContext;
  allowedOrigins(): readonly string[];
  closing(): boolean;
}

/** WebSockets on the same port, at any path; a page of a foreign origin gets no socket (P39). */
function acceptUpgrades(server: Server, context: Upgrades): Sockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: context.limits.maxPayload, perMessageDeflate: false, WebSocket: ClientSocket });
  server.on("upgrade", (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    duplex.on("error", (error) => context.session.log.debug({ err: error }, "a socket failed"));
    const { host, origin } = request.headers;
    const allowed = context.allowedOrigins();
    if (context.closing()) return rejectUpgrade(duplex, "503 Service Unavailable");
    if (!isKnownHost(host, context.host, allowed) || !isAllowedOrigin(origin, host, allowed)) {
      context.session.log.warn({ origin, host }, "a WebSocket of a foreign origin was refused");
      return rejectUpgrade(duplex, "403 Forbidden");
    }
    if (!(duplex instanceof Socket)) return rejectUpgrade(duplex, "400 Bad Request");
    sockets.handleUpgrade(request, duplex, head, (socket) => serveClient(socket, duplex, peerOf(request), context.session));
  });
  return sockets;
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}

/** Ends all sockets in order: event, pending answers, close 1012, and after a while the connection itself. */
async function endSockets(sockets: Sockets, connections: Connections, pending: ReadonlySet<Promise<void>>, shutdown: Shutdown): Promise<void> {
  const payload = { ...shutdown };
  connections.broadcast({ event: "shutdown", scope: null, run: null, payload: () => payload });
  await within(CLOSE_WAIT_MS, Promise.allSettled(pending));
  const closed = [...sockets.clients].map((socket) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once("close", () => resolve());
    socket.close(1012, "service restart");
    return promise;
  });
  await within(CLOSE_WAIT_MS, Promise.all(closed));
  for (const socket of sockets.clients) socket.terminate();
  await Promise.all(closed);
}

async function endServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}

interface House {
  readonly connections: Connections;
  readonly dispatch: Dispatch;
  readonly failures: FailureLimit;
  readonly limits: Limits;
  readonly pending: Set<Promise<void>>;
  access(): AccessSettings;
  uptimeMs(): number;
}

/** What each client's session works with, whatever the settings are when it comes. */
function sessionContext<Services>(options: GatewayOptions<Services>, house: House): SessionContext {
  const { secret, version } = options;
  const { clock, ids, log } = options.world;
  const { connections, dispatch, failures, limits, pending, access, uptimeMs } = house;
  return {
    connections,
    dispatch,
    limits,
    ids,
    log: createQuietLog(log, clock),
    now: () => clock.now(),
    admission: () => ({ auth: access().auth, secret, pairing: options.pairing ?? null, failures, clock }),
    hello: (client, connId) =>
      helloOk(client, connId, {
        version,
        methods: dispatch.names,
        limits,
        uptimeMs: uptimeMs(),
        now: clock.now(),
        auth: access().auth,
        snapshot: options.snapshot(),
      }),
    track(answer) {
      pending.add(answer);
      void answer.finally(() => pending.delete(answer));
    },
  };
}

function mediaRoute(read: ReadMedia | undefined, failures: FailureLimit, auth: () => AuthSettings): MediaRoute | undefined {
  return read === undefined ? undefined : { read, failures, auth };
}

/**
 * One HTTP server with the page, health and readiness, and the WebSocket protocol 4 and 3 of spec 11.
 * It knows nothing of sessions and turns: operations are handed in and projected.
 */
export function createGateway<Services>(options: GatewayOptions<Services>): Gateway {
  const { settings } = options;
  const { clock, log } = options.world;
  const limits = limitsOf(settings);
  const startedAt = clock.now();
  const connections = createConnections(limits);
  const runs = createRuns();
  const turnEvents = createTurnEvents({ connections, runs, clock, after: afterTimeout });
  const dispatch = methodsOf(options, runs, (reply) => turnEvents.publishCommandReply(reply));
  const [pending, failures] = [new Set<Promise<void>>(), createFailureLimit(clock)];
  let access: AccessSettings = { auth: settings.auth, allowedOrigins: settings.allowedOrigins };
  let closing: Promise<void> | null = null;
  let ticks: NodeJS.Timeout | null = null;

  const allowedOrigins = (): readonly string[] => access.allowedOrigins;
  const uptimeMs = (): number => Math.max(0, clock.now() - startedAt);
  const session = sessionContext(options, { connections, dispatch, failures, limits, pending, access: () => access, uptimeMs });
  const http = createHttp({ uiDir: settings.page === false ? null : options.uiDir, boundTo: settings.host, log, allowedOrigins, ready: () => options.ready(), uptimeMs, metrics: options.metrics, media: mediaRoute(options.readMedia, failures, () => access.auth) });
  const server = createAdaptorServer({ fetch: http.fetch, overrideGlobalObjects: false }) as Server;
  const sockets = acceptUpgrades(server, { host: settings.host, limits, session, allowedOrigins, closing: () => closing !== null });

  function publish(event: string, payload: object): void {
    connections.broadcast({ event, scope: null, run: null, payload: () => payload });
  }

  async function end(shutdown: Shutdown): Promise<void> {
    if (ticks !== null) clearInterval(ticks);
    turnEvents.close();
    await endSockets(sockets, connections, pending, shutdown);
    await endServer(server);
  }

  return {
    async listen() {
      refuseOpenBind(settings, access);
      const listening = await listenOn(server, settings.host, settings.port, (error) => session.log.warn({ err: error }, "a connection could not be accepted"));
      ticks = setInterval(() => publish("tick", { ts: clock.now() }), limits.tickIntervalMs);
      ticks.unref();
      return listening;
    },
    updateSettings(next) {
      refuseOpenBind(settings, next);
      const changed = next.auth.mode !== access.auth.mode || sharedSecret(next.auth) !== sharedSecret(access.auth);
      access = next;
      if (changed) for (const { wire } of connections.list()) wire.close(1008, "the gateway's credentials have changed");
    },
    onTurnEvent: (event) => turnEvents.onTurnEvent(event),
    publishCommandReply: (reply) => turnEvents.publishCommandReply(reply),
    onSessionChanged(key, change, row) {
      const payload = { ...row, sessionKey: key, ts: clock.now(), ...change };
      connections.target("sessions.changed", payload, ({ follows, may }) => may("read") && (follows.all || follows.keys.has(key)));
    },
    publish,
    connections: () => connections.list().length,
    close(shutdown) {
      closing ??= end(shutdown);
      return closing;
    },
  };
}
