import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { after } from "node:test";
import { join } from "node:path";
import type { compileAdmission } from "../../src/admission/index.ts";
import type { ModelEvent, ModelRequest, Provider } from "../../src/agent/providers/provider.ts";
import { createModelNames, type ModelNames } from "../../src/agent/model-names.ts";
import { compileAgents } from "../../src/agent/settings.ts";
import type { Channel, Outgoing } from "../../src/domain/channel.ts";
import { systemClock, type Clock } from "../../src/domain/clock.ts";
import { ContinuoError } from "../../src/domain/errors.ts";
import { createIds, type Ids } from "../../src/domain/ids.ts";
import type { InboundMessage } from "../../src/domain/message.ts";
import { noProbe, type Probe } from "../../src/domain/probe.ts";
import type { QueueChoice } from "../../src/domain/queue.ts";
import type { TurnEvent } from "../../src/domain/turn.ts";
import type { Concurrency } from "../../src/turns/schedule.ts";
import { buryOthers } from "../../src/cluster/leases.ts";
import { expireForeignLeases } from "../../src/store/statements/expire-foreign-leases.ts";
import { createGatewayCluster } from "../../src/main/cluster.ts";
import type { Amend } from "../../src/inbox/amend.ts";
import { buildAmend } from "../../src/main/amends.ts";
import { createLine, type Line, type LineModels, type LineSettings } from "../../src/main/line.ts";
import { createHouseMedia, type HouseMedia } from "../../src/main/media.ts";
import type { Receive } from "../../src/inbox/receive.ts";
import { createChanges, type RunningChanges } from "../../src/main/changes.ts";
import { createLinePeople } from "../../src/main/people.ts";
import { usageSettings } from "../../src/main/prices.ts";
import { compileSettings, settingsInForce, type SettingsHolder } from "../../src/main/settings.ts";
import type { RetryBudget } from "../../src/outbox/backoff.ts";
import { enqueueDelivery } from "../../src/outbox/enqueue.ts";
import { createDirectory } from "../../src/people/index.ts";
import { configSchema } from "../../src/config/schema.ts";
import type { compileRouting } from "../../src/routing/index.ts";
import { mayAnswer } from "../../src/sessions/send-policy.ts";
import { resetPolicy, type ResetSource } from "../../src/sessions/reset.ts";
import { removeStateDir, storeIn } from "../store/database.ts";
import type { Store } from "../../src/store/store.ts";
import { readAfter } from "../../src/sessions/transcript.ts";
import { describeSession } from "../../src/store/statements/describe-session.ts";
import { countOpenDeliveries } from "../../src/store/statements/count-open-deliveries.ts";
import { countOpenItems } from "../../src/store/statements/count-open-items.ts";

/** The network edge: keeps what it was asked to send; can be told to fail. */
export interface FakeChannel extends Channel {
  readonly sent: Outgoing[];
  fail(errors: readonly Error[]): void;
}

export function fakeChannel(name: string): FakeChannel {
  const sent: Outgoing[] = [];
  const failures: Error[] = [];
  return {
    name,
    accounts: ["default"],
    repeats: "ambiguous",
    sent,
    fail: (errors) => void failures.push(...errors),
    start: async () => undefined,
    stop: async () => undefined,
    render: (markdown) => [{ text: markdown, plain: markdown }],
    async send(outgoing) {
      const failure = failures.shift();
      if (failure) throw failure;
      sent.push(outgoing);
      return { messageId: `out-${sent.length}` };
    },
  };
}

export type Answer = (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>;

export async function* say(text: string): AsyncGenerator<ModelEvent> {
  for (const word of text.split(/(?<= )/)) yield { kind: "text", delta: word };
  yield { kind: "finish", usage: { input: 10, output: 5, cacheRead: null, cacheWrite: null }, stopReason: "stop" };
}

/** Never answers, and ignores its signal: the worst provider. */
export function hang(): AsyncIterable<ModelEvent> {
  return { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
}

export const echo: Answer = (request) => say(`echo: ${request.messages.at(-1)?.text ?? ""}`);

type Source = Parameters<typeof compileRouting>[0] & Parameters<typeof compileAdmission>[0] & Parameters<typeof compileAgents>[0] & { readonly session?: ResetSource };

export interface HarnessOptions {
  readonly directory?: string;
  readonly config?: Source;
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly channels?: readonly string[];
  readonly clock?: Clock;
  readonly probe?: Probe;
  readonly debounceMs?: number;
  /** Goes before what the configuration says of the queue. */
  readonly queue?: QueueChoice;
  readonly concurrency?: Partial<Concurrency>;
  readonly resetTriggers?: readonly string[];
  readonly canary?: boolean;
  readonly onUnknown?: "hold" | "resend";
  readonly retry?: Partial<RetryBudget>;
  readonly maxAttempts?: number;
  /** False: its model takes no images. */
  readonly sees?: boolean;
  readonly aliases?: Readonly<Record<string, { readonly alias: string }>>;
  /** Instead of the fake ones, by name. */
  readonly platforms?: readonly FakeChannel[];
}

export interface Harness {
  readonly settings: SettingsHolder;
  readonly changes: RunningChanges;
  readonly line: Line;
  readonly store: Store;
  readonly directory: string;
  readonly requests: ModelRequest[];
  readonly events: TurnEvent[];
  channel(name: string): FakeChannel;
  readonly receive: Receive;
  readonly media: HouseMedia;
  /** The files that were read, each time they were. */
  readonly reads: string[];
  /** Something was changed or taken back on the platform. */
  readonly amend: Amend;
  /** The conversations that were said to be other than they were. */
  readonly amended: string[];
  /** Resolves when nothing waits, runs or is on its way. */
  settled(): Promise<void>;
  texts(key: string): Promise<string[]>;
  /** Ends it as in order; `kill` leaves everything as it is, like a process that died. */
  close(): Promise<void>;
  kill(): Promise<void>;
}

/** What the models of a test take. */
const SEES = { types: ["image/png", "image/jpeg"], maxBytes: 5_000_000 };

const OPEN_FOR_ALL: Source = { channels: {} };
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

export async function until(what: string, condition: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  for (const deadline = Date.now() + ms; !(await condition()); ) {
    if (Date.now() > deadline) throw new Error(`gave up waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

/** Answers by the model's name, and keeps what it was asked. */
function fakeProvider(answers: Readonly<Record<string, Answer>>, requests: ModelRequest[]): Provider {
  return {
    id: "test",
    models: [],
    stream(request, signal) {
      requests.push(request);
      return (answers[request.model] ?? echo)(request, signal);
    },
  };
}

/** The models that the answers name, and `echo`. */
function modelsOf({ answers = {}, aliases = {}, sees = true }: HarnessOptions, provider: Provider): LineModels {
  const resolve = (ref: string) => ({ provider, model: ref.split("/")[1] ?? "", info: { id: ref, name: ref, contextWindow: 100_000, ...(sees ? { images: SEES } : {}) } });
  const listed = Object.keys({ echo, ...answers }).map((id) => ({ id, name: id, provider: "test", contextWindow: 100_000 }));
  const resolveModel = (ref: string) => {
    if (ref.startsWith("test/")) return resolve(ref);
    throw new ContinuoError("MODEL_UNKNOWN", `There is no model provider "${ref}".`);
  };
  const names = createModelNames({ listModels: () => listed, resolveModel }, aliases);
  return { names: () => names, resolve };
}

function lineSettings(options: HarnessOptions, { current }: SettingsHolder, channels: ReadonlyMap<string, FakeChannel>, names: ModelNames): LineSettings {
  const config = options.config ?? OPEN_FOR_ALL;
  const agents = compileAgents({ agents: { defaults: { model: "test/echo" }, ...config.agents }, session: { threads: current().config.session.threads } });
  return {
    admit: (message, activation) => current().admit(message, activation),
    takeModel: (rest) => names.take(rest),
    mayAnswer: (session, choices) => mayAnswer(current().config.session.sendPolicy, session, choices),
    route: (message) => current().route(message),
    resetTriggers: () => options.resetTriggers ?? ["/new", "/reset"],
    historyLimit: () => current().config.messages.groupChat.historyLimit,
    agents: () => agents,
    resetPolicy: (type, channel) => resetPolicy(config.session ?? {}, type, channel),
    queue: (channel) => ({ ...current().queue(channel), debounceMs: options.debounceMs ?? 20, ...options.queue }),
    onUnknown: () => options.onUnknown ?? "hold",
    retry: () => ({ attempts: 10, first: 1_000, longest: 300_000, jitter: 0.2, ...options.retry }),
    maxAttempts: () => options.maxAttempts ?? 3,
    conversations: () => ({ compaction: { keepRecentTokens: 20, customInstructions: null }, catchUp: current().config.session.catchUp }),
    dedupeWindowMs: () => 7 * 24 * 3_600_000,
    ...usageSettings(() => current().config),
    concurrency: () => ({ total: Number.POSITIVE_INFINITY, perPerson: Number.POSITIVE_INFINITY, jobs: current().config.cron.maxConcurrentRuns, ...options.concurrency }),
    audience: (message) => current().who.audience(message),
    canReach: (channel) => channels.has(channel),
    canary: ({ address, sender }) => (options.canary === true ? `cnry-${createHash("sha256").update(JSON.stringify([address, sender.id])).digest("hex").slice(0, 16)}` : null),
  };
}

/** The settings as a gateway compiles them, with the people that the store knows. */
async function settingsOf(options: HarnessOptions, store: Store): Promise<SettingsHolder> {
  const { agents: _, ...config } = options.config ?? OPEN_FOR_ALL;
  const parsed = configSchema.parse({ ...config, agents: { list: options.config?.agents?.list ?? [] } });
  const compiled = compileSettings(parsed as never, { warnings: [], env: {}, directory: createDirectory(), routingSource: null });
  return settingsInForce(store, compiled, {});
}

async function isIdle(store: Store, line: Line): Promise<boolean> {
  const items = await store.all(countOpenItems, {});
  const deliveries = await store.all(countOpenDeliveries, {});
  const open = deliveries.filter((row) => row.state === "pending" || row.state === "sending");
  return items.length === 0 && open.length === 0 && line.turns.running() === 0;
}

async function textsOf(store: Store, key: string): Promise<string[]> {
  const session = await store.get(describeSession, { key });
  const entries = session ? await readAfter(store, session.session_id, 0, 1000) : [];
  return entries.map((entry) => `${entry.role}: ${entry.text}`);
}

function writeConfig(directory: string, options: HarnessOptions): string {
  const path = join(directory, "openclaw.json");
  const { agents: _, ...config } = options.config ?? OPEN_FOR_ALL;
  writeFileSync(path, JSON.stringify(config));
  return path;
}

function peopleOf(store: Store, clock: Clock, ids: Ids, settings: SettingsHolder, joined: { readonly changes?: RunningChanges }) {
  return createLinePeople({
    ...{ store, clock, ids, log: quiet, settings, directory: settings.directory },
    onAgreement: () => joined.changes?.settleAgreements(),
    onRequest: () => undefined,
    tell: async (tx, to, text) => {
      const reply = { address: to.address, audience: to.audience, peer: to.peer, replyTo: null };
      await enqueueDelivery(tx, { turnId: null, sessionKey: "unknown", reply, text, draft: null, held: null }, ids, clock.now());
    },
  });
}

function amending(store: Store, clock: Clock, settings: SettingsHolder, media: HouseMedia): Pick<Harness, "amend" | "amended"> {
  const amended: string[] = [];
  return { amended, amend: buildAmend({ store, clock, ids: createIds(clock), settings, media }, (key) => void amended.push(key)) };
}

/** On a shared store a gateway takes up what another left in a channel once that is its duty: here it is at once. */
async function startLine(line: Line, store: Store, channels: ReadonlyMap<string, unknown>): Promise<void> {
  await line.start();
  if (store.cluster !== null) for (const name of channels.keys()) await line.shared.takeUpChannel(name);
}

/** What a test that failed has left running would keep its file from ending. */
const running = new Set<Harness>();
after(() => Promise.all([...running].map((harness) => harness.close().catch(() => undefined))));

export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const harness = await buildHarness(options);
  running.add(harness);
  const done = (end: () => Promise<void>) => (): Promise<void> => (running.delete(harness) ? end() : Promise.resolve());
  return { ...harness, close: done(harness.close), kill: done(harness.kill) };
}

async function buildHarness(options: HarnessOptions): Promise<Harness> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "continuo-line-"));
  const clock = options.clock ?? systemClock;
  const store = await storeIn(directory);
  const channels = channelsOf(options);
  const [requests, events, reads]: [ModelRequest[], TurnEvent[], string[]] = [[], [], []];
  const models = modelsOf(options, fakeProvider({ echo, ...options.answers }, requests));
  let dead = false;
  const settings = await settingsOf(options, store);
  const [joined, ids]: [{ changes?: RunningChanges }, Ids] = [{}, createIds(clock)];
  const stored = mortal(store, () => dead);
  const media = createHouseMedia({ store: stored, clock, ids, log: quiet, settings, directory: join(directory, "continuo", "media"), onRead: (ref) => void reads.push(ref) });
  const cluster = createGatewayCluster({ store: stored, clock, ids, log: quiet, version: "test", leaseMs: 1_000, address: () => "", onGone: () => joined.changes?.settleAgreements() });
  const line = createLine({
    cluster: { ...cluster, sends: () => true },
    store: stored,
    world: { clock, ids, log: quiet, version: "1.2.3", random: () => 0, media },
    probe: options.probe ?? noProbe,
    settings: lineSettings(options, settings, channels, models.names()),
    people: peopleOf(store, clock, ids, settings, joined),
    models,
    channel: (address) => (dead ? null : (channels.get(address.channel) ?? null)),
    tell: { turn: (event) => void events.push(event), here: (event) => void events.push(event), session: () => undefined },
  });
  const house = { ...STILL, hold: line.hold, say: line.notices.say };
  const changes = createChanges({ store, clock, ids, log: quiet, settings, env: {}, configPath: writeConfig(directory, options), house });
  joined.changes = changes;
  await cluster.start();
  await changes.resume();
  await startLine(line, store, channels);
  changes.settleAgreements();
  return {
    ...{ line, store, directory, requests, events, settings, changes, media, reads },
    channel(name) {
      const channel = channels.get(name);
      if (!channel) throw new Error(`no channel ${name}`);
      return channel;
    },
    receive: line.receive,
    ...amending(store, clock, settings, media),
    settled: () => until("everything is settled", () => isIdle(store, line), 120_000),
    texts: (key) => textsOf(store, key),
    async close() {
      await line.stop(1_000);
      await cluster.stop();
      await store.close();
      await removeStateDir(directory);
    },
    async kill() {
      dead = true;
      // Nothing can be written any more: this only ends its timers.
      await line.stop(0);
      await cluster.stop().catch(() => undefined);
      // Where others might work too, it is dead when its leases have run out: that is now.
      await store.run(expireForeignLeases, { holder: "" });
      await buryOthers(store, "");
      await store.close();
    },
  };
}

function channelsOf({ platforms, channels = ["telegram"] }: HarnessOptions): Map<string, FakeChannel> {
  return new Map((platforms ?? channels.map(fakeChannel)).map((channel) => [channel.name, channel]));
}

const STILL = { onMoved: () => undefined, onChange: () => undefined, onProgress: () => undefined };

/** A store that a dead process cannot reach any more. */
function mortal(store: Store, isDead: () => boolean): Store {
  const guarded = <T>(work: () => Promise<T>): Promise<T> => (isDead() ? Promise.reject(new Error("this process is dead")) : work());
  return {
    all: (statement, params) => guarded(() => store.all(statement, params)),
    get: (statement, params) => guarded(() => store.get(statement, params)),
    run: (statement, params) => guarded(() => store.run(statement, params)),
    transaction: (work, session) => guarded(() => store.transaction(work, session)),
    clear: (isAlone) => guarded(() => store.clear(isAlone)),
    close: () => store.close(),
    cluster: store.cluster,
    upkeep: null,
  };
}

let counter = 0;

export interface Said {
  readonly channel?: string;
  readonly account?: string;
  readonly chat?: string;
  readonly thread?: string | null;
  readonly sender?: string;
  readonly kind?: InboundMessage["chatKind"];
  readonly id?: string;
  readonly key?: string | null;
}

/** A message as a channel's `parse` would make it. */
export function message(text: string, said: Said = {}): InboundMessage {
  counter++;
  const sender = said.sender ?? "42";
  const channel = said.channel ?? "telegram";
  return {
    address: { channel, account: said.account ?? "default", chat: said.chat ?? sender, thread: said.thread ?? null },
    chatKind: said.kind ?? "dm",
    sender: { id: sender, name: `Name of ${sender}`, username: null },
    messageId: said.id ?? `m${counter}`,
    text,
    mentioned: true,
    sentAt: Date.now(),
    place: null,
    target: said.key === undefined ? null : { sessionKey: said.key, agentId: null },
  };
}

/** What the operator says on the page or in the terminal. */
export function operator(text: string, key: string | null = null, id?: string): InboundMessage {
  return message(text, { channel: "webchat", chat: "operator", sender: "operator", key, ...(id === undefined ? {} : { id }) });
}

/** Lets in everybody on these channels. */
export function openTo(...channels: string[]): Source {
  return { channels: Object.fromEntries(channels.map((name) => [name, { dmPolicy: "open", allowFrom: ["*"], groupPolicy: "open" }])) };
}
