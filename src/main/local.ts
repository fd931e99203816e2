import { createIds } from "../domain/ids.ts";
import { systemClock } from "../domain/clock.ts";
import { ContinuoError } from "../domain/errors.ts";
import { look, resolvePaths, type Environment, type LoadedConfig } from "../config/index.ts";
import { parseParams } from "../gateway/methods.ts";
import { OPERATIONS, type Caller, type Services } from "../operations/index.ts";
import { createDirectory } from "../people/index.ts";
import { openStoreAt, openStoreReadOnlyAt } from "../store/open.ts";
import { createSessionCounts } from "../sessions/count.ts";
import type { Store } from "../store/store.ts";
import { statePaths } from "./state-paths.ts";
import { createChanges } from "./changes.ts";
import { holdState, prepareStateDir } from "./holder.ts";
import { jobMover, localJobs } from "./jobs.ts";
import { rebuildAlone } from "./mirror.ts";
import { createHouseMedia } from "./media.ts";
import { createMoving } from "./moving.ts";
import { mirrorDirectories, startMirror } from "./mirror.ts";
import { createPeopleDesk, createWhoIsWho } from "./people.ts";
import { createRights } from "./rights.ts";
import { forgetWords } from "./search.ts";
import { createStorage, refuseMoved } from "./storage.ts";
import { storeTarget } from "./store-target.ts";
import { compileSettings, explainSettings, operationSettings, rememberAnew, settingsInForce } from "./settings.ts";

export interface LocalOperations {
  call(method: string, params: object): Promise<unknown>;
  close(): Promise<void>;
}

const CALLER: Caller = { channel: "terminal", connectionId: "local", clientName: "cli" };

/** What a state directory holds in which nothing has been said yet: looking at it must not create a store. */
function emptyStore(): Store {
  const refuse = () => Promise.reject(new ContinuoError("GATEWAY_UNREACHABLE", "No gateway is running that could write this."));
  return { all: () => Promise.resolve([]), get: () => Promise.resolve(undefined), run: refuse, transaction: refuse, clear: refuse, close: () => Promise.resolve(), cluster: null, upkeep: null };
}

interface Opened {
  readonly services: Services;
  close(): Promise<void>;
}

function operationsOf({ services, close }: Opened): LocalOperations {
  return {
    async call(method, params) {
      const operation = OPERATIONS.find(({ name }) => name === method);
      if (!operation) throw new ContinuoError("REQUEST_INVALID", `There is no operation ${method}.`);
      return operation.run(services, parseParams(operation.name, operation.input, params), CALLER);
    },
    close,
  };
}

/** What a command does in place of a gateway: it holds nothing still, since nothing runs, and tells nobody. */
const ALONE = { hold: async () => () => undefined, say: async () => undefined, onMoved: () => undefined, onChange: () => undefined };
const quiet = { info: () => undefined, debug: () => undefined, warn: () => undefined, error: () => undefined };

type OnEvent = (event: { readonly event: string; readonly payload: Readonly<Record<string, unknown>> }) => void;

function loadedFrom(env: Environment): Promise<LoadedConfig> {
  return look(resolvePaths(env).configPath, env);
}

function targetOf(env: Environment, { config }: LoadedConfig) {
  return storeTarget(config, statePaths(resolvePaths(env).stateDir), () => undefined);
}

/** A gateway's services without the gateway. */
async function assemble(env: Environment, version: string, loaded: LoadedConfig, store: Store, onEvent: OnEvent) {
  const paths = resolvePaths(env);
  const compiled = compileSettings(loaded.config, { warnings: loaded.warnings, env, directory: createDirectory(), routingSource: null });
  const settings = await settingsInForce(store, compiled, env);
  const clock = systemClock;
  const ids = createIds(clock);
  const onProgress = (done: number, total: number): void => onEvent({ event: "changes.progress", payload: { done, total } });
  const changes = createChanges({ store, clock, ids, settings, env, configPath: paths.configPath, log: quiet, house: { ...ALONE, onProgress } });
  const storage = createStorage({
    ...{ configuration: { path: paths.configPath, env }, store, clock: store.cluster?.clock ?? clock, ids, gatewayId: null, last: null, handOver: null },
    database: { path: statePaths(paths.stateDir).database, url: loaded.config.store.url ?? null },
    onProgress: (progress) => onEvent({ event: "store.progress", payload: { ...progress } }),
  });
  const { media } = createHouseMedia({ store, clock, ids, log: quiet, settings, directory: statePaths(paths.stateDir).media });
  const moving = createMoving({
    ...{ store, clock, env, paths, settings, rooms: { media, jobs: jobMover({ store, clock, ids, settings }) } },
    onProgress: (progress) => onEvent({ event: "moving.progress", payload: { ...progress } }),
    rebuild: (agentId, onRebuilt) => rebuildAlone({ store, stateDir: paths.stateDir, settings, clock, log: quiet }, agentId, onRebuilt),
    onImported: () => undefined,
  });
  const facts = { version, stateDir: paths.stateDir, configPath: paths.configPath, pid: process.pid, startedAt: clock.now(), sessions: createSessionCounts(store, clock), address: () => null, storage, moving };
  const rights = createRights({
    ...{ store, clock, ids, version, stateDir: paths.stateDir, who: createWhoIsWho(settings.directory, settings.current) },
    mirrors: () => mirrorDirectories(paths.stateDir, loaded.config),
    onProgress: (progress) => onEvent({ event: "rights.progress", payload: progress }),
    around: {
      media,
      claim: async () => async () => undefined,
      hold: ALONE.hold,
      onPeople: () => rememberAnew(store, settings, env),
      async onErased({ conversations }) {
        await forgetWords(store);
        const mirror = startMirror({ store, stateDir: paths.stateDir, settings, clock, log: quiet });
        mirror.moved(conversations);
        await mirror.written();
        await mirror.stop();
      },
      isAlone: store.cluster === null,
    },
  });
  const people = createPeopleDesk(settings.directory, settings.current, rights);
  const operations = operationSettings(settings.current, changes);
  const services: Services = { store, clock, ids, facts, settings: operations, people, changes, jobs: localJobs({ store, clock: store.cluster?.clock ?? clock, ids, settings }), explain: explainSettings(settings.current), live: null };
  return { services, changes, rights, loaded };
}

/** The operations on the store as it lies there, for commands that look while no gateway runs. */
export async function openLocal(env: Environment, version: string): Promise<LocalOperations> {
  const loaded = await loadedFrom(env);
  const store = (await openStoreReadOnlyAt(targetOf(env, loaded))) ?? emptyStore();
  try {
    const { services } = await assemble(env, version, loaded, store, () => undefined);
    return operationsOf({ services, close: () => store.close() });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * The operations on the store opened for writing, under the lock that keeps a gateway out until it is closed. What a
 * killed process left in the middle is brought to its end first. Throws STATE_LOCKED.
 */
export async function openLocalForWriting(env: Environment, version: string, onEvent: OnEvent = () => undefined): Promise<LocalOperations> {
  const { stateDir } = resolvePaths(env);
  const files = statePaths(stateDir);
  prepareStateDir(stateDir, files);
  const held = holdState(stateDir, files);
  try {
    const loaded = await loadedFrom(env);
    const store = await openStoreAt(targetOf(env, loaded));
    const close = async (): Promise<void> => {
      await store.close();
      held.release();
    };
    try {
      const { services, changes } = await assemble(env, version, loaded, store, onEvent);
      const operations = operationsOf({ services, close });
      const moved = await refuseMoved(store).then(() => null, (error: unknown) => error);
      if (moved === null) await changes.resume();
      // What has been moved is not written any more; only the move itself is somebody's business.
      return moved === null ? operations : { ...operations, call: (method, params) => (method.startsWith("store.") ? operations.call(method, params) : Promise.reject(moved)) };
    } catch (error) {
      await store.close();
      throw error;
    }
  } catch (error) {
    held.release();
    throw error;
  }
}
