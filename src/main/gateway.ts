import { createHmac } from "node:crypto";
import { isOperatorChannel } from "../domain/address.ts";
import { noProbe, type Probe } from "../domain/probe.ts";
import { directMessage, type InboundMessage } from "../domain/message.ts";
import { systemClock, type Clock } from "../domain/clock.ts";
import { createIds, type Ids } from "../domain/ids.ts";
import type { TurnEvent } from "../domain/turn.ts";
import { createGateway, type Gateway } from "../gateway/index.ts";
import { OPERATIONS, type LiveGateway, type Services } from "../operations/index.ts";
import { appendHouseLine } from "../sessions/house-line.ts";
import { isScratchKey } from "../sessions/scratch.ts";
import type { Log } from "../logging/log.ts";
import { openStoreAt } from "../store/open.ts";
import type { Executor, Store } from "../store/store.ts";
import { CHANNEL_FACTORIES, createChannels, type ChannelFactory, type RunningChannels } from "./channels.ts";
import { deviceSecret } from "./device-secret.ts";
import { holdState, prepareStateDir } from "./holder.ts";
import { statePaths } from "./state-paths.ts";
import { createChanges, type RunningChanges } from "./changes.ts";
import { createMetrics } from "./metrics.ts";
import { createLine, type Line, type LineSettings } from "./line.ts";
import { createLinePeople, createPeopleDesk } from "./people.ts";
import { gatewaySettings, openLog, readConfiguration, type Configuration } from "./startup.ts";
import { storeTarget } from "./store-target.ts";
import { startMirror, type RunningMirror } from "./mirror.ts";
import { watchConfiguration } from "./reload.ts";
import { createScratchChannels } from "./scratch-channels.ts";
import { tellSessionChanges, type SessionChanges } from "./session-changes.ts";
import { explainSettings, operationSettings, ownedAccounts, settingsInForce, type SettingsHolder } from "./settings.ts";
import { resolvePaths, type Config, type Environment } from "../config/index.ts";
import { enqueueDelivery } from "../outbox/enqueue.ts";
import type { Party } from "../people/index.ts";

export interface GatewayStart {
  readonly env: Environment;
  readonly port: number | null;
  readonly bind: string | null;
  readonly verbose: boolean;
  readonly version: string;
  readonly uiDir: string;
  /** The log goes to the terminal too, made readable when that is one. */
  readonly foreground: { readonly isTTY: boolean };
  readonly probe?: Probe;
  readonly factories?: Readonly<Record<string, ChannelFactory>>;
}

export interface StartedGateway {
  readonly url: string;
  readonly port: number;
  readonly token: string | null;
  readonly configPath: string;
  /** A configuration was written because there was none. */
  readonly firstStart: boolean;
  /** Finishes or hands back what runs, tells the clients, and lets go of the state directory. */
  stop(reason: string): Promise<void>;
}

/** How long a stopping gateway waits for the turns that run. */
const GRACE_MS = 5_000;

/** Brings the whole house up. Throws before anything half-configured could be reached. */
export async function startGateway(start: GatewayStart): Promise<StartedGateway> {
  const paths = resolvePaths(start.env);
  const files = statePaths(paths.stateDir);
  prepareStateDir(paths.stateDir, files);
  const held = holdState(paths.stateDir, files);
  try {
    const configuration = await readConfiguration(paths.configPath, start, createIds(systemClock));
    return await assemble(start, configuration, paths.stateDir, held);
  } catch (error) {
    held.release();
    throw error;
  }
}

type Held = ReturnType<typeof holdState>;

/** What is joined while the house goes up: the line needs its doors, and the doors need the line. */
interface Doors {
  channels?: RunningChannels;
  gateway?: Gateway;
  mirror?: RunningMirror;
  changes?: SessionChanges;
}

interface House {
  readonly desks: Desks;
  readonly start: GatewayStart;
  readonly configuration: Configuration;
  readonly stateDir: string;
  readonly startedAt: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly store: Store;
  readonly settings: SettingsHolder;
  readonly doors: Doors;
  readonly listeners: Set<(event: TurnEvent) => void>;
  /** Where it listens, once it does. */
  readonly listening: { host: string; port: number };
  ready: boolean;
}

/** Every turn's events, to whoever looks on; scratch sessions are nobody's business. */
function announce(house: House, event: TurnEvent): void {
  for (const listener of house.listeners) listener(event);
  if (isScratchKey(event.sessionKey)) return;
  house.doors.gateway?.onTurnEvent(event);
  house.doors.mirror?.onTurnEvent(event);
  house.doors.changes?.onTurnEvent(event);
}

/** The line and the change of who shares what need each other: changes hold the line still, and the line asks for them. */
interface Desks {
  changes?: RunningChanges;
  hold?: Line["hold"];
}

function buildLine(house: House, secret: string): Line {
  const { store, clock, ids, log, settings, doors, desks } = house;
  const scratch = createScratchChannels();
  return createLine({
    store,
    world: { clock, ids, log, random: Math.random },
    probe: house.start.probe ?? noProbe,
    settings: lineSettings(settings, doors, secret),
    people: createLinePeople({
      ...{ store, clock, ids, log, settings, directory: settings.directory },
      onAgreement: () => desks.changes?.settleAgreements(),
      onRequest: () => doors.gateway?.publish("people.changed", { reason: "pairing" }),
      tell: (tx, to, text) => sayTo(house, tx, to, text),
    }),
    resolveModel: (ref) => settings.current().providers.resolveModel(ref),
    channel: (address, sessionKey) => (isScratchKey(sessionKey) ? scratch.get(address.channel) : (doors.channels?.get(address.channel) ?? null)),
    onTurnEvent: (event) => announce(house, event),
  });
}

/** The page and the terminal are told in the main session, once nothing runs in it. */
async function tellOperator({ clock, ids, store, settings, doors, log, desks }: House, text: string): Promise<void> {
  const current = settings.current();
  const key = current.who.mainKey(current.agents.defaultId);
  try {
    const release = await desks.hold?.([key]);
    await store.transaction((tx) => appendHouseLine(tx, key, text, ids, clock.now())).finally(() => release?.());
    doors.changes?.changed(key, "notice");
    doors.mirror?.changed(key);
  } catch (error) {
    log.warn({ err: error }, "the owner could not be told something in the main session");
  }
}

/** Something for somebody who is no party to the turn that leads to it. */
async function sayTo(house: House, tx: Executor, to: Party, text: string): Promise<void> {
  const { clock, ids } = house;
  // After this transaction: the line of another session is not its to write.
  if (isOperatorChannel(to.channel)) return void setImmediate(() => void tellOperator(house, text));
  const reply = { address: to.address, audience: to.audience, peer: to.chatKind === "dm" ? to.peer : "", replyTo: null };
  await enqueueDelivery(tx, { turnId: null, sessionKey: "unknown", reply, text, draft: null, held: null }, ids, clock.now());
}

function buildServices(house: House, line: Line, changes: RunningChanges): Services {
  const { store, clock, ids, settings, listening } = house;
  const facts = {
    version: house.start.version,
    stateDir: house.stateDir,
    configPath: house.configuration.path,
    pid: process.pid,
    startedAt: house.startedAt,
    address: () => (listening.port === 0 ? null : listening),
  };
  const live = liveGateway(line, house);
  const people = createPeopleDesk(settings.directory, settings.current);
  const operations = operationSettings(settings.current, changes);
  return { store, clock, ids, facts, settings: operations, people, changes, explain: explainSettings(settings.current), live };
}

async function buildGateway(house: House, services: Services, secret: string): Promise<Gateway> {
  const { start, configuration, stateDir, clock, ids, log } = house;
  return createGateway({
    settings: gatewaySettings(configuration.compiled.config, start),
    operations: OPERATIONS,
    services,
    snapshot: () => snapshotOf(services, stateDir, configuration.path),
    resolveKey: (typed) => services.settings.keyOf(typed, null),
    ready: () => ({ ready: house.ready, failing: house.ready ? [] : ["starting"] }),
    uiDir: start.uiDir,
    version: start.version,
    secret,
    metrics: createMetrics(services),
    world: { clock, ids, log },
  });
}

function buildChannels(house: House, line: Line): RunningChannels {
  const { store, clock, log, start } = house;
  return createChannels({
    store,
    clock,
    log,
    receive: line.receive,
    random: Math.random,
    onStatus: ({ name, account, state, detail }) => {
      const level = state === "failed" ? "error" : state === "retrying" ? "warn" : "info";
      log[level]({ channel: name, account, ...(detail === null ? {} : { detail }) }, `${name} is ${state}`);
    },
    factories: start.factories ?? CHANNEL_FACTORIES,
  });
}

async function assemble(start: GatewayStart, configuration: Configuration, stateDir: string, held: Held): Promise<StartedGateway> {
  const clock = systemClock;
  const files = statePaths(stateDir);
  const log = await openLog(configuration, files, start);
  const store = await openStoreAt(storeTarget(configuration.compiled.config, files, (error) => log.warn({ err: error }, "the connection to PostgreSQL broke; it is made again")));
  const settings = await settingsInForce(store, configuration.compiled, start.env).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const house: House = {
    ...{ start, configuration, stateDir, clock, log, store, settings, startedAt: clock.now(), ids: createIds(clock) },
    ...{ desks: {}, doors: {}, listeners: new Set(), listening: { host: "", port: 0 }, ready: false },
  };
  const secret = await deviceSecret(files.secret, house.ids);
  const line = buildLine(house, secret);
  try {
    return await open(house, line, held, secret);
  } catch (error) {
    // A door that stayed open without the lock would be a second gateway beside the next one.
    await shut(house, line, 0, "the start failed");
    throw error;
  }
}

/** In the opposite order of `open`: nothing comes in any more, what runs ends, and the store is the last to go. */
async function shut({ doors, desks, store, log }: House, line: Line, graceMs: number, reason: string): Promise<void> {
  const steps = [
    () => doors.channels?.stop(),
    () => line.stop(graceMs),
    () => desks.changes?.stop(),
    () => doors.mirror?.stop(),
    () => doors.gateway?.close({ reason }),
    () => store.close(),
  ];
  for (const step of steps) {
    // One that cannot end well must not keep the others, or the lock.
    await Promise.resolve()
      .then(step)
      .catch((error: unknown) => log.error({ err: error }, "something could not be stopped in order"));
  }
}

function buildChanges(house: House, line: Line): RunningChanges {
  const { store, clock, ids, log, settings, start, configuration, doors } = house;
  return createChanges({
    ...{ store, clock, ids, log, settings, env: start.env, configPath: configuration.path },
    house: {
      hold: line.hold,
      say: (reply, key, text) => (isOperatorChannel(reply.address.channel) ? tellOperator(house, text) : line.notices.say(reply, key, text)),
      onMoved: (keys, conversations) => {
        for (const key of keys) {
          doors.changes?.changed(key, "repartitioned");
          doors.mirror?.changed(key);
        }
        doors.mirror?.moved(conversations);
      },
      onChange: (reason) => doors.gateway?.publish("people.changed", { reason }),
      onProgress: (done, total) => doors.gateway?.publish("changes.progress", { done, total }),
    },
  });
}

async function open(house: House, line: Line, held: Held, secret: string): Promise<StartedGateway> {
  const { start, configuration, stateDir, clock, log, store, settings, doors, startedAt } = house;
  const changes = buildChanges(house, line);
  house.desks.changes = changes;
  house.desks.hold = line.hold;
  // What a killed gateway was moving is moved to its end, before anybody is let in to speak there.
  await changes.resume();
  const services = buildServices(house, line, changes);
  const gateway = await buildGateway(house, services, secret);
  doors.gateway = gateway;
  doors.changes = tellSessionChanges(services, gateway, log);
  const bound = await gateway.listen();
  Object.assign(house.listening, { host: bound.host, port: bound.port });
  held.announce({ pid: process.pid, host: bound.host, port: bound.port, startedAt, version: start.version });
  doors.mirror = startMirror({ store, stateDir, settings, clock, log });
  const channels = buildChannels(house, line);
  doors.channels = channels;
  // The line sends at once what the last gateway left: its channels have to be there before it starts.
  await channels.load(configuration.compiled.config);
  await line.start();
  await changes.follow();
  changes.settleAgreements();
  house.ready = true;
  void channels.start();
  const watcher = await watchConfiguration({ configuration, changes, channels, gateway, log, env: start.env });
  log.info({ url: bound.url, pid: process.pid }, "the gateway is ready");
  return {
    url: bound.url,
    port: bound.port,
    token: configuration.compiled.config.gateway.auth.token ?? null,
    configPath: configuration.path,
    firstStart: configuration.firstStart,
    async stop(reason) {
      house.ready = false;
      log.info({ reason }, "stopping");
      watcher.close();
      await shut(house, line, GRACE_MS, reason);
      held.release();
      log.info({}, "stopped");
    },
  };
}

function lineSettings({ current }: SettingsHolder, doors: Doors, secret: string): LineSettings {
  return {
    admit: (message) => current().admit(message),
    route: (message) => current().route(message),
    resetTriggers: () => current().config.session.resetTriggers,
    historyLimit: (channel, account) => historyLimit(current().config, channel, account),
    agents: () => current().agents,
    resetPolicy: (type, channel) => current().resetPolicy(type, channel),
    debounceMs: (channel) => current().debounceMs(channel),
    batchLimit: () => current().config.messages.queue.cap,
    onUnknown: () => current().config.outbox.onUnknown,
    retry: () => current().config.outbox.retry,
    maxAttempts: () => current().config.turns.maxAttempts,
    audience: (message) => current().who.audience(message),
    canReach: (channel, account) => doors.channels?.get(channel)?.accounts.includes(account) ?? false,
    canary: (message) => (current().config.audit.canary ? markerOf(message, secret) : null),
  };
}

function historyLimit({ channels, messages }: Config, channel: string, account: string): number {
  const settings = channels[channel];
  const own = settings?.accounts !== undefined && Object.hasOwn(settings.accounts, account) ? settings.accounts[account] : undefined;
  return own?.historyLimit ?? settings?.historyLimit ?? messages.groupChat.historyLimit;
}

/** The same for all that a sender says, and not to be guessed from who they are. */
function markerOf({ address, sender }: InboundMessage, secret: string): string {
  const digest = createHmac("sha256", secret).update(JSON.stringify(["canary", address.channel, address.account, address.chat, address.thread, sender.id])).digest("hex");
  return `cnry-${digest.slice(0, 16)}`;
}

function announcements(line: Line, { settings, doors }: House): LiveGateway["tell"] {
  return {
    sessionChanged(key, reason) {
      doors.changes?.changed(key, reason);
      doors.mirror?.changed(key);
    },
    deliveriesChanged() {
      line.notices.wake();
      doors.gateway?.publish("people.changed", { reason: "outbox" });
    },
    peopleChanged: (reason) => doors.gateway?.publish("people.changed", { reason }),
    async welcome(channel, account, senderId, chat) {
      const audience = settings.current().who.audience(directMessage({ channel, account, senderId }));
      const reply = { address: { channel, account, chat, thread: null }, audience, peer: senderId, replyTo: null };
      await line.notices.say(reply, "unknown", "✅ You are let in. Write to me here.");
    },
  };
}

function liveGateway(line: Line, house: House): LiveGateway {
  const { settings, doors, listeners } = house;
  return {
    receive: line.receive,
    turns: line,
    tell: announcements(line, house),
    channels: () => doors.channels?.statuses() ?? [],
    route: (message) => settings.current().route(message),
    ownedAccounts: () => ownedAccounts(settings.current(), settings.directory),
    canaries: () => (settings.current().config.audit.canary ? line.canaries : null),
    onTurnEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function snapshotOf(services: Services, stateDir: string, configPath: string) {
  const { settings } = services;
  const { defaultId } = settings.agents();
  return {
    health: { ok: true, ts: services.clock.now() },
    sessionDefaults: {
      defaultAgentId: defaultId,
      mainKey: settings.mainKey(),
      mainSessionKey: settings.keyOf(null, null),
      scope: settings.scope(),
    },
    configPath,
    stateDir,
  };
}
