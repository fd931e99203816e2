import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelEvent, ModelRequest, Provider } from "../../src/agent/providers/provider.ts";
import { createModelNames } from "../../src/agent/model-names.ts";
import { compileAgents } from "../../src/agent/settings.ts";
import type { Agents } from "../../src/agent/settings.ts";
import type { Channel } from "../../src/domain/channel.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { createIds } from "../../src/domain/ids.ts";
import { NO_BUDGETS } from "../../src/domain/budget.ts";
import type { InboundMessage } from "../../src/domain/message.ts";
import { noProbe } from "../../src/domain/probe.ts";
import type { Route } from "../../src/domain/route.ts";
import type { TurnEvent } from "../../src/domain/turn.ts";
import { createGateway } from "../../src/gateway/index.ts";
import type { ReadMedia } from "../../src/gateway/options.ts";
import type { Gateway, GatewayLog, GatewaySettings, Listening, SessionChange } from "../../src/gateway/index.ts";
import { configSchema } from "../../src/config/schema.ts";
import { createChanges } from "../../src/main/changes.ts";
import { localJobs } from "../../src/main/jobs.ts";
import { createPeopleDesk, createWhoIsWho } from "../../src/main/people.ts";
import { createRights } from "../../src/main/rights.ts";
import { createHouseMedia } from "../../src/main/media.ts";
import { compileSettings, explainSettings, settingsInForce } from "../../src/main/settings.ts";
import { createDirectory } from "../../src/people/index.ts";
import { createGatewayCluster } from "../../src/main/cluster.ts";
import { createLine } from "../../src/main/line.ts";
import type { Line, LinePeople, LineSettings, LineTell } from "../../src/main/line.ts";
import { createStorage } from "../../src/main/storage.ts";
import { OPERATIONS, sessionRow } from "../../src/operations/index.ts";
import type { LiveGateway, OperationSettings, Services } from "../../src/operations/index.ts";
import { toSession } from "../../src/store/rows.ts";
import { removeStateDir, storeIn } from "../store/database.ts";
import { createSessionCounts } from "../../src/sessions/count.ts";
import { describeSession } from "../../src/store/statements/describe-session.ts";
import { MAIN, TOKEN } from "./fixture.ts";

/** Nobody moves in or out here. */
const refuse = () => Promise.reject(new Error("not here"));
const movesNothing = { importOpenClaw: refuse, importSession: refuse, exportOpenClaw: refuse, rebuildMirror: refuse };

/** The gateway on the real operations, store and line; only routing, channels and the model are stand-ins. */
export interface LineHouse {
  readonly gateway: Gateway;
  readonly at: Listening;
  readonly line: Line;
  readonly requests: ModelRequest[];
  readonly logged: { readonly fields: object; readonly message: string }[];
  close(): Promise<void>;
}

export type Answer = (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>;

export async function* say(...parts: readonly string[]): AsyncGenerator<ModelEvent> {
  for (const delta of parts) yield { kind: "text", delta };
  yield { kind: "finish", usage: { input: 10, output: 5, cacheRead: null, cacheWrite: null }, stopReason: "stop" };
}

/** Says its first words, then nothing more until it is stopped. */
export async function* hang(signal: AbortSignal): AsyncGenerator<ModelEvent> {
  yield { kind: "text", delta: "Let me think" };
  await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

/** Operators name their session, everybody else gets one of their own. */
function keyOf(sessionKey: string | null, agentId: string | null): string {
  if (sessionKey === null || sessionKey === "main") return agentId === null ? MAIN : `agent:${agentId}:main`;
  return sessionKey.startsWith("agent:") ? sessionKey : `agent:${agentId ?? "main"}:${sessionKey}`;
}

function routeOf(message: InboundMessage): Route {
  const { target, address, sender } = message;
  const sessionKey = target === null ? `agent:main:${address.channel}:dm:${sender.id}` : keyOf(target.sessionKey, target.agentId);
  return {
    agentId: "main",
    sessionKey,
    mainSessionKey: MAIN,
    resetType: "direct",
    audience: target === null ? `peer:${address.channel}:default:${sender.id}` : "owner",
    isOwner: target !== null,
    person: null,
    shared: false,
    pinned: false,
    why: {
      agent: { id: "main", matchedBy: "default", tried: [] },
      scope: { value: "auto", setBy: "default" },
      sender: { isOwner: target !== null, ownerBy: null, person: null, link: null },
      key: { sessionKey, form: "test" },
    },
  };
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

function deafChannel(name: string): Channel {
  return {
    name,
    accounts: ["default"],
    repeats: "ambiguous",
    start: async () => undefined,
    stop: async () => undefined,
    render: (markdown) => [{ text: markdown, plain: markdown }],
    send: async (outgoing) => ({ messageId: outgoing.nonce }),
  };
}

function lineSettings(agents: Agents): LineSettings {
  return {
    admit: (message) => ({ kind: "admitted", message, reason: "test", commands: true }),
    route: routeOf,
    resetTriggers: () => ["/new", "/reset"],
    agents: () => agents,
    resetPolicy: () => ({ mode: "none", atHour: 4, idleMinutes: 0 }),
    queue: () => ({ mode: "collect", debounceMs: 0, cap: 20, drop: "summarize" }),
    onUnknown: () => "hold",
    retry: () => ({ attempts: 10, first: 1_000, longest: 300_000, jitter: 0.2 }),
    maxAttempts: () => 3,
    conversations: () => ({ compaction: { keepRecentTokens: 20, customInstructions: null }, catchUp: false }),
    dedupeWindowMs: () => 7 * 24 * 3_600_000,
    historyLimit: () => 0,
    audience: (message) => routeOf(message).audience,
    canReach: () => true,
    mayAnswer: () => true,
    takeModel: () => null,
    canary: () => null,
    budgets: () => NO_BUDGETS,
    concurrency: () => ({ total: Infinity, perPerson: Infinity, jobs: Infinity }),
    cost: () => null,
  };
}

function operationSettings(agents: Agents): OperationSettings {
  return {
    agents: () => agents,
    mainKey: () => "main",
    scope: () => "per-sender",
    models: () => [{ id: "echo", name: "Echo", provider: "test", contextWindow: 100_000 }],
    contextTokens: () => 100_000,
    keyOf,
    maintenance: () => ({
      mode: "warn",
      limits: { pruneAfter: 30 * 86_400_000, pruneAfterByKind: {}, maxEntries: 500, trashRetention: 30 * 86_400_000, maxDiskBytes: null, highWaterBytes: null, cronRetention: null },
      isMain: (key) => key === keyOf(null, null),
    }),
    warnings: () => [],
  };
}

function liveGateway(line: Line, listeners: Set<(event: TurnEvent) => void>, sessionChanged: (key: string) => void): LiveGateway {
  return {
    receive: line.receive,
    turns: line.turns,
    tell: { sessionChanged, conversationsMoved: () => undefined, deliveriesChanged: () => undefined, peopleChanged: () => undefined, welcome: async () => undefined },
    figures: () => ({ process: { rssBytes: 0, heapBytes: 0, loop: null, connections: 0 }, rates: { accepted: 0, committed: 0, sent: 0 }, stages: [] }),
    channels: () => [],
    route: routeOf,
    ownedAccounts: () => [],
    canaries: () => null,
    onTurnEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function gatewayOf(services: Services, log: GatewayLog, settings: Partial<GatewaySettings>, { readMedia, uiDir }: { readonly readMedia: ReadMedia; readonly uiDir: string | undefined }): Gateway {
  const { facts, clock, ids } = services;
  return createGateway({
    settings: { host: "127.0.0.1", port: 0, auth: { mode: "token", token: TOKEN, password: null }, allowedOrigins: [], handshakeTimeoutMs: 15_000, ...settings },
    operations: OPERATIONS,
    services,
    snapshot: () => ({
      health: { ok: true, ts: clock.now() },
      sessionDefaults: { defaultAgentId: "main", mainKey: "main", mainSessionKey: MAIN, scope: "per-sender" },
      configPath: facts.configPath,
      stateDir: facts.stateDir,
    }),
    ready: () => ({ ready: true, failing: [] }),
    uiDir: uiDir ?? join(facts.stateDir, "no-page"),
    version: facts.version,
    secret: "the-server-secret-of-the-tests",
    readMedia,
    world: { clock, ids, log },
    resolveKey: (typed) => keyOf(typed, null),
  });
}

export interface LineHouseOptions {
  readonly settings?: Partial<GatewaySettings>;
  readonly answer?: Answer;
  /** The built page; without it there is none. */
  readonly uiDir?: string;
}

const NOBODY: LinePeople = {
  doorway: { identify: async (message) => message, ask: async () => null },
  filePeople: () => ({ names: new Set(), personOf: () => null }),
  linkedChat: async () => null,
  explainLast: async () => "",
  ownerRoute: async () => null,
  onAgreement: () => undefined,
  tell: async () => undefined,
};

function tellers(listeners: ReadonlySet<(event: TurnEvent) => void>, gateway: () => Gateway, tellChange: (key: string, change: SessionChange) => void): LineTell {
  return {
    turn(event) {
      for (const listener of listeners) listener(event);
      gateway().onTurnEvent(event);
      if (event.kind !== "delta") tellChange(event.sessionKey, { phase: event.kind === "started" ? "start" : "end" });
    },
    here: (event) => gateway().onTurnEvent(event),
    session: (key) => tellChange(key, { reason: "reset" }),
  };
}

const NO_RIGHTS = { around: { claim: async () => null, hold: async () => () => undefined, onPeople: async () => undefined, onErased: async () => undefined, isAlone: true }, mirrors: () => [], onProgress: () => undefined };

export async function startLineHouse({ settings = {}, uiDir, answer = () => say("Hello ", "there, ", "world.") }: LineHouseOptions = {}): Promise<LineHouse> {
  const stateDir = mkdtempSync(join(tmpdir(), "continuo-clients-"));
  const clock = systemClock;
  const ids = createIds(clock);
  const store = await storeIn(stateDir);
  const agents = compileAgents({ agents: { defaults: { model: "test/echo" } } });
  const requests: ModelRequest[] = [];
  const logged: { fields: object; message: string }[] = [];
  const note = (fields: object, message: string): void => void logged.push({ fields, message });
  const provider: Provider = {
    id: "test",
    models: [],
    stream(request, signal) {
      requests.push(request);
      return answer(request, signal);
    },
  };
  const resolve = (ref: string) => ({ provider, model: ref.split("/")[1] ?? "", info: { id: ref, name: ref, contextWindow: 100_000, images: { types: ["image/png"], maxBytes: 5_000_000 } } });
  const listeners = new Set<(event: TurnEvent) => void>();
  const holder = await settingsInForce(store, compileSettings(configSchema.parse({}) as never, { warnings: [], env: {}, directory: createDirectory(), routingSource: null }), {});
  const media = createHouseMedia({ store, clock, ids, log: quiet, settings: holder, directory: join(stateDir, "continuo", "media") });
  const cluster = createGatewayCluster({ store, clock, ids, log: quiet, version: "0.0.0-test", leaseMs: 1_000, address: () => "", onGone: () => undefined });
  const line = createLine({
    cluster: { ...cluster, sends: () => true },
    store,
    world: { clock, ids, log: quiet, version: "0.0.0-test", random: () => 0, media },
    probe: noProbe,
    settings: lineSettings(agents),
    people: NOBODY,
    models: { names: () => createModelNames({ listModels: () => [], resolveModel: resolve }, {}), resolve },
    channel: ({ channel }) => deafChannel(channel),
    tell: tellers(listeners, () => gateway, (key, change) => tellChange(key, change)),
  });
  const live = liveGateway(line, listeners, (key) => tellChange(key, { reason: "reset" }));
  const database = { path: join(stateDir, "continuo", "continuo.sqlite"), url: null };
  const storage = createStorage({ configuration: { path: join(stateDir, "openclaw.json"), env: {} }, store, clock, ids, database, gatewayId: null, last: null, onProgress: () => undefined, handOver: null });
  const facts = { version: "0.0.0-test", stateDir, configPath: join(stateDir, "openclaw.json"), pid: process.pid, startedAt: clock.now(), sessions: createSessionCounts(store, clock), address: () => null, storage, moving: movesNothing };
  const still = { hold: line.hold, say: line.notices.say, onMoved: () => undefined, onChange: () => undefined, onProgress: () => undefined };
  const changes = createChanges({ store, clock, ids, log: quiet, settings: holder, env: {}, configPath: facts.configPath, house: still });
  const rights = createRights({ store, clock, ids, version: facts.version, stateDir, who: createWhoIsWho(holder.directory, holder.current), ...NO_RIGHTS, around: { ...NO_RIGHTS.around, media: media.media } });
  const desks = { people: createPeopleDesk(holder.directory, holder.current, rights), changes, jobs: localJobs({ store, clock, ids, settings: holder }), explain: explainSettings(holder.current) };
  const services: Services = { store, clock, ids, live, facts, settings: operationSettings(agents), ...desks };
  const tellChange = (key: string, change: SessionChange): void => {
    void store.get(describeSession, { key }).then((row) => row && gateway.onSessionChanged(key, change, sessionRow(services, toSession(row))));
  };
  const gateway = gatewayOf(services, { debug: note, info: note, warn: note, error: note }, settings, { readMedia: media.media.readUsed, uiDir });
  const at = await gateway.listen();
  await cluster.start();
  await line.start();
  const close = async (): Promise<void> => {
    await line.stop(1_000);
    await cluster.stop();
    await gateway.close({ reason: "test over" });
    await store.close();
    await removeStateDir(stateDir);
  };
  return { gateway, at, line, requests, logged, close };
}
