import { noProbe, type Probe } from "../domain/probe.ts";
import { systemClock } from "../domain/clock.ts";
import { createIds } from "../domain/ids.ts";
import type { TurnEvent } from "../domain/turn.ts";
import { createGateway, type Gateway } from "../gateway/index.ts";
import { OPERATIONS, type LiveGateway, type Services } from "../operations/index.ts";
import { isScratchKey } from "../sessions/scratch.ts";
import { openStore } from "../store/open.ts";
import { CHANNEL_FACTORIES, createChannels, type ChannelFactory, type RunningChannels } from "./channels.ts";
import { deviceSecret } from "./device-secret.ts";
import { holdState, prepareStateDir, statePaths } from "./holder.ts";
import { createLine, type Line } from "./line.ts";
import { gatewaySettings, openLog, readConfiguration, type Configuration } from "./startup.ts";
import { startMirror, type RunningMirror } from "./mirror.ts";
import { watchConfiguration } from "./reload.ts";
import { createScratchChannels } from "./scratch-channels.ts";
import { tellSessionChanges } from "./session-changes.ts";
import { holdSettings, operationSettings, ownedAccounts, type SettingsHolder } from "./settings.ts";
import { resolvePaths, type Environment } from "../config/index.ts";

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

async function assemble(start: GatewayStart, configuration: Configuration, stateDir: string, held: Held): Promise<StartedGateway> {
  const clock = systemClock;
  const ids = createIds(clock);
  const files = statePaths(stateDir);
  const startedAt = clock.now();
  const log = await openLog(configuration, files, start);
  const settings = holdSettings(configuration.compiled);
  const store = openStore(files.database);
  const scratch = createScratchChannels();
  const listeners = new Set<(event: TurnEvent) => void>();
  // Filled below: the line needs its doors, and the doors need the line.
  const doors: { channels?: RunningChannels; gateway?: Gateway; mirror?: RunningMirror } = {};

  const line = createLine({
    store,
    clock,
    ids,
    log,
    probe: start.probe ?? noProbe,
    random: Math.random,
    settings: lineSettings(settings),
    resolveModel: (ref) => settings.current().providers.resolveModel(ref),
    channel: (address, sessionKey) => (isScratchKey(sessionKey) ? scratch.get(address.channel) : (doors.channels?.get(address.channel) ?? null)),
    onTurnEvent(event) {
      for (const listener of listeners) listener(event);
      if (isScratchKey(event.sessionKey)) return;
      doors.gateway?.onTurnEvent(event);
      doors.mirror?.onTurnEvent(event);
      changes.onTurnEvent(event);
    },
  });
  const live = liveGateway(line, settings, doors, listeners, (key, reason) => changes.changed(key, reason));
  const listening: { host: string; port: number } = { host: "", port: 0 };
  const facts = {
    version: start.version,
    stateDir,
    configPath: configuration.path,
    pid: process.pid,
    startedAt,
    address: () => (listening.port === 0 ? null : listening),
  };
  const services: Services = { store, clock, ids, facts, settings: operationSettings(settings.current), live };
  const changes = tellSessionChanges(services, () => doors.gateway ?? null, log);
  const state = { ready: false };
  const gateway = createGateway({
    settings: gatewaySettings(configuration.compiled.config, start),
    operations: OPERATIONS,
    services,
    snapshot: () => snapshotOf(services, stateDir, configuration.path),
    ready: () => ({ ready: state.ready, failing: state.ready ? [] : ["starting"] }),
    uiDir: start.uiDir,
    version: start.version,
    secret: await deviceSecret(files.secret, ids),
    log,
    clock,
    ids,
  });
  doors.gateway = gateway;
  const bound = await gateway.listen().catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  Object.assign(listening, { host: bound.host, port: bound.port });
  held.announce({ pid: process.pid, host: bound.host, port: bound.port, startedAt, version: start.version });

  doors.mirror = startMirror({ store, stateDir, settings, clock, log });
  const channels = createChannels({
    store,
    clock,
    log,
    receive: line.receive,
    random: Math.random,
    onStatus: (status) => log.info({ channel: status.name, account: status.account, state: status.state }, status.detail ?? `${status.name} is ${status.state}`),
    factories: start.factories ?? CHANNEL_FACTORIES,
  });
  doors.channels = channels;
  await line.start();
  state.ready = true;
  void channels.start(configuration.compiled.config);
  const watcher = await watchConfiguration({ configuration, settings, channels, gateway, log, env: start.env });
  log.info({ url: bound.url, pid: process.pid }, "the gateway is ready");

  return {
    url: bound.url,
    port: bound.port,
    token: configuration.compiled.config.gateway.auth.token ?? null,
    configPath: configuration.path,
    firstStart: configuration.firstStart,
    async stop(reason) {
      state.ready = false;
      log.info({ reason }, "stopping");
      watcher.close();
      await channels.stop();
      await line.stop(GRACE_MS);
      await doors.mirror?.stop();
      await gateway.close({ reason });
      await store.close();
      held.release();
      log.info({}, "stopped");
    },
  };
}

function lineSettings({ current }: SettingsHolder): Parameters<typeof createLine>[0]["settings"] {
  return {
    admit: (message) => current().admit(message),
    route: (message) => current().route(message),
    agents: () => current().agents,
    resetPolicy: (type, channel) => current().resetPolicy(type, channel),
    debounceMs: (channel) => current().debounceMs(channel),
    batchLimit: () => current().config.messages.queue.cap,
    onUnknown: () => current().config.outbox.onUnknown,
  };
}

function liveGateway(
  line: Line,
  settings: SettingsHolder,
  doors: { readonly channels?: RunningChannels },
  listeners: Set<(event: TurnEvent) => void>,
  sessionChanged: LiveGateway["sessionChanged"],
): LiveGateway {
  return {
    receive: line.receive,
    abort: line.abort,
    wake: line.wake,
    running: line.running,
    channels: () => doors.channels?.statuses() ?? [],
    route: (message) => settings.current().route(message),
    ownedAccounts: () => ownedAccounts(settings.current().config),
    sessionChanged,
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
