import { isOperatorChannel } from "../domain/address.ts";
import { forwardClock, systemClock } from "../domain/clock.ts";
import { NO_SESSION } from "../domain/delivery.ts";
import { createIds } from "../domain/ids.ts";
import { createGateway, type Gateway } from "../gateway/index.ts";
import { OPERATIONS, type JobsDesk, type Services } from "../operations/index.ts";
import { createSessionCounts } from "../sessions/count.ts";
import { appendHouseLine } from "../sessions/house-line.ts";
import { isScratchKey } from "../sessions/scratch.ts";
import { findNewestDelivery } from "../store/statements/find-newest-delivery.ts";
import type { Transaction } from "../store/store.ts";
import { buildAmend } from "./amends.ts";
import { announceAmend, announceSession, announceTurns, hearOthers, publish, showHere } from "./announce.ts";
import { CHANNEL_FACTORIES, createChannels, type RunningChannels } from "./channels.ts";
import { createGatewayCluster } from "./cluster.ts";
import { deviceSecret } from "./device-secret.ts";
import { holdState, prepareStateDir } from "./holder.ts";
import type { Desks, GatewayStart, House } from "./house.ts";
import { buildJobs } from "./jobs.ts";
import { liveMoving } from "./live-moving.ts";
import { carryOnErasing, liveRights } from "./live-rights.ts";
import { liveStorage } from "./live-storage.ts";
import { refuseMoved } from "./storage.ts";
import { statePaths } from "./state-paths.ts";
import { createChanges, type RunningChanges } from "./changes.ts";
import { startMaintenance } from "./maintenance.ts";
import { offerMenus } from "./menus.ts";
import { createMetrics } from "./metrics.ts";
import type { Line, LineParts } from "./line.ts";
import type { RunningRights } from "./rights.ts";
import { startSealer } from "./sealer.ts";
import { lineSettings } from "./line-settings.ts";
import { liveGateway, snapshotOf } from "./live-gateway.ts";
import { createLinePeople, createPeopleDesk } from "./people.ts";
import { sayLastWords } from "./last-words.ts";
import { gatewaySettings, openLog, readConfiguration, type Configuration } from "./startup.ts";
import { storeTarget } from "./store-target.ts";
import { createHouseMedia } from "./media.ts";
import { startMirror } from "./mirror.ts";
import { watchConfiguration } from "./reload.ts";
import { createWatch } from "./watch.ts";
import { startIndexing } from "./search.ts";
import { createScratchChannels } from "./scratch-channels.ts";
import { tellSessionChanges } from "./session-changes.ts";
import { explainSettings, operationSettings, rememberAnew, settingsInForce } from "./settings.ts";
import { enabledChannels, resolvePaths } from "../config/index.ts";
import { enqueueDelivery } from "../outbox/enqueue.ts";
import type { ReplyRoute } from "../domain/route.ts";

export interface StartedGateway {
  readonly url: string;
  readonly port: number;
  readonly token: string | null;
  readonly configPath: string;
  /** A configuration was written because there was none. */
  readonly firstStart: boolean;
  /** Finishes or hands back what runs, tells the clients, does `last` when nobody writes any more, and lets go of the state directory. */
  stop(reason: string, last?: () => Promise<void>): Promise<void>;
}

/** How long a stopping gateway waits for the turns that run. */
const GRACE_MS = 5_000;
/** When clients are told to come back after a switch. */
const RESTART_MS = 1_000;

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

function buildLine(house: House, secret: string): Line {
  const { store, clock, ids, log, settings, doors, desks, watch } = house;
  const scratch = createScratchChannels();
  const parts: Omit<LineParts, "probe"> = {
    store,
    world: { clock, ids, log, version: house.start.version, random: Math.random, media: house.media },
    settings: lineSettings(settings, doors, secret),
    people: createLinePeople({
      ...{ store, clock, ids, log, settings, directory: settings.directory },
      onAgreement: () => desks.changes?.settleAgreements(),
      onRequest: () => publish(house, "people.changed", { reason: "pairing" }),
      tell: (tx, { address, audience, peer, chatKind }, text) => sayOutside(house, tx, { address, audience, peer: chatKind === "dm" ? peer : "", replyTo: null }, text),
    }),
    models: { names: () => settings.current().providers.names, resolve: (ref) => settings.current().providers.resolveModel(ref) },
    channel: (address, sessionKey) => (isScratchKey(sessionKey) ? scratch.get(address.channel) : (doors.channels?.get(address.channel) ?? null)),
    tell: { turn: announceTurns(house), here: (event) => showHere(house, event), session: (key, sessionId) => announceAmend(house, key, sessionId) },
    cluster: { ...house.cluster, sends: (channel) => doors.channels?.sends(channel) ?? false },
  };
  return watch.line(parts, house.start.probe);
}

/** The page and the terminal are told in the main session, once nothing runs in it. */
async function tellOperator(house: House, text: string): Promise<void> {
  const { clock, ids, store, settings, log, desks } = house;
  const current = settings.current();
  const key = current.who.mainKey(current.agents.defaultId);
  try {
    const release = await desks.hold?.([key]);
    await store.transaction((tx) => appendHouseLine(tx, key, text, ids, clock.now()), key).finally(() => release?.());
    announceSession(house, key, "notice");
  } catch (error) {
    log.warn({ err: error }, "the owner could not be told something in the main session");
  }
}

/** Something for somebody who is no party to what leads to it. */
async function sayOutside(house: House, tx: Transaction, reply: ReplyRoute, text: string): Promise<void> {
  const { clock, ids } = house;
  // After this transaction: the line of another session is not its to write.
  if (isOperatorChannel(reply.address.channel)) return tx.afterCommit(() => void tellOperator(house, text));
  await enqueueDelivery(tx, { turnId: null, sessionKey: NO_SESSION, reply, text, draft: null, held: null }, ids, clock.now());
}

function buildServices(house: House, line: Line, changes: RunningChanges, rights: RunningRights, jobs: JobsDesk): Services {
  const { store, clock, ids, settings, listening } = house;
  const facts = {
    version: house.start.version,
    stateDir: house.stateDir,
    configPath: house.configuration.path,
    pid: process.pid,
    startedAt: house.startedAt,
    sessions: createSessionCounts(store, clock),
    address: () => (listening.port === 0 ? null : listening),
    storage: liveStorage(house, line),
    moving: liveMoving(house),
    media: house.media.upkeep.health,
  };
  const live = liveGateway(line, house);
  const people = createPeopleDesk(settings.directory, settings.current, rights);
  const operations = operationSettings(settings.current, changes);
  return { store, clock, ids, facts, settings: operations, people, changes, jobs, explain: explainSettings(settings.current), live };
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
    metrics: createMetrics(services, house.watch.families),
    readMedia: house.media.media.readUsed,
    world: { clock, ids, log },
  });
}

function buildChannels(house: House, line: Line): RunningChannels {
  const { store, clock, log, start, settings } = house;
  return createChannels({
    store,
    clock,
    log,
    receive: line.receive,
    amend: buildAmend(house, (key, sessionId) => announceAmend(house, key, sessionId)),
    random: Math.random,
    onStatus: ({ name, account, state, detail }) => {
      const level = state === "failed" ? "error" : state === "retrying" ? "warn" : "info";
      if (state === "connected") void offerMenus(house.doors.channels?.get(name) ?? null, account, enabledChannels(settings.current().config), log);
      log[level]({ channel: name, account, ...(detail === null ? {} : { detail }) }, `${name} is ${state}`);
    },
    factories: start.factories ?? CHANNEL_FACTORIES,
    duties: { leases: house.cluster.leases, takeUp: line.shared.takeUpChannel, onTakenUp: () => line.notices.wake() },
  });
}

async function assemble(start: GatewayStart, configuration: Configuration, stateDir: string, held: Held): Promise<StartedGateway> {
  const files = statePaths(stateDir);
  const log = await openLog(configuration, files, start);
  const watch = await createWatch({ clock: systemClock, log, version: start.version, config: configuration.compiled.config });
  const target = storeTarget(configuration.compiled.config, files, (error) => log.warn({ err: error }, "the connection to PostgreSQL broke; it is made again"));
  const store = await watch.openStore(target);
  // Several gateways go by one clock: that of what they share.
  const clock = store.cluster?.clock ?? forwardClock();
  const found = refuseMoved(store).then(() => Promise.all([settingsInForce(store, configuration.compiled, start.env), store.get(findNewestDelivery, {})]));
  const [settings, newest] = await found.catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const ids = createIds(clock, newest?.id ?? null);
  const listening = { host: "", port: 0 };
  // It says that it lives before it listens: where, is what the configuration says until then.
  const { host, port } = gatewaySettings(configuration.compiled.config, start);
  const address = (at: { host: string; port: number }): string => (at.port === 0 ? "" : `${at.host}:${at.port}`);
  const desks: Desks = {};
  const cluster = createGatewayCluster({
    ...{ store, clock, ids, log, version: start.version, leaseMs: configuration.compiled.config.store.lease },
    address: () => address(listening.port === 0 ? { host, port } : listening),
    onGone: () => desks.carryOn?.(),
  });
  const house: House = {
    ...{ start, configuration, stateDir, clock, log, store, watch, settings, ids, cluster, startedAt: clock.now() },
    media: createHouseMedia({ store, clock, ids, log, settings, directory: files.media }),
    ...{ desks, doors: {}, listeners: new Set([watch.onTurnEvent]), listening, ready: false },
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
async function shut({ doors, desks, store, cluster, watch, log }: House, line: Line, graceMs: number, reason: string, comesBack = false): Promise<void> {
  const steps = [
    () => desks.storage?.stop(),
    () => desks.scheduler?.stop(),
    () => desks.maintenance?.stop(),
    () => desks.indexer?.stop(),
    () => desks.sealer?.stop(),
    () => doors.channels?.stop(),
    () => line.stop(graceMs),
    () => desks.changes?.stop(),
    () => doors.channels?.letGo(),
    () => cluster.stop(),
    () => doors.mirror?.stop(),
    () => doors.gateway?.close({ reason, ...(comesBack ? { restartExpectedMs: RESTART_MS } : {}) }),
    () => store.close(),
    () => watch.stop(),
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
      async say(tx, reply, text) {
        await sayOutside(house, tx, reply, text);
        tx.afterCommit(line.notices.wake);
      },
      onMoved: (keys, conversations) => {
        for (const key of keys) announceSession(house, key, "repartitioned");
        doors.mirror?.moved(conversations);
      },
      onChange: (reason) => publish(house, "people.changed", { reason }),
      onProgress: (done, total) => publish(house, "changes.progress", { done, total }),
    },
  });
}

/** What goes on beside the conversations, from when they can begin. */
async function startBackground(house: House, { scheduler }: ReturnType<typeof buildJobs>): Promise<void> {
  const { store, log, clock, desks } = house;
  store.upkeep?.start({ log, clock });
  desks.maintenance = await startMaintenance(house);
  desks.indexer = await startIndexing(house);
  desks.sealer = await startSealer(house);
  desks.scheduler = scheduler;
  scheduler.start();
}

async function open(house: House, line: Line, held: Held, secret: string): Promise<StartedGateway> {
  const { start, configuration, stateDir, clock, log, store, settings, doors, startedAt } = house;
  const changes = buildChanges(house, line);
  house.desks.changes = changes;
  house.desks.hold = line.hold;
  hearOthers(house);
  store.cluster?.onStale(async () => {
    await rememberAnew(store, settings, start.env);
    line.shared.forget();
  });
  await house.cluster.start();
  // What a killed gateway was moving is moved to its end, before anybody is let in to speak there.
  await changes.resume();
  const rights = liveRights(house, line);
  const jobs = buildJobs(house, line);
  const services = buildServices(house, line, changes, rights, jobs.desk);
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
  house.ready = true;
  await startBackground(house, jobs);
  house.desks.carryOn = () => {
    changes.settleAgreements();
    carryOnErasing(house, rights);
  };
  house.desks.carryOn();
  void channels.start();
  const watcher = await watchConfiguration({ configuration, changes, channels, gateway, log, env: start.env });
  const endLastWords = sayLastWords(log);
  log.info({ url: bound.url, pid: process.pid }, "the gateway is ready");
  return {
    url: bound.url,
    port: bound.port,
    token: configuration.compiled.config.gateway.auth.token ?? null,
    configPath: configuration.path,
    firstStart: configuration.firstStart,
    async stop(reason, last) {
      house.ready = false;
      log.info({ reason }, "stopping");
      watcher.close();
      await shut(house, line, GRACE_MS, reason, last !== undefined);
      await last?.();
      held.release();
      endLastWords();
      log.info({}, "stopped");
    },
  };
}
