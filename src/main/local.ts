import { createIds } from "../domain/ids.ts";
import { systemClock } from "../domain/clock.ts";
import { ContinuoError } from "../domain/errors.ts";
import { look, resolvePaths, type Environment } from "../config/index.ts";
import { OPERATIONS, type Caller, type Services } from "../operations/index.ts";
import { openStoreReadOnly } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import { statePaths } from "./state-paths.ts";
import { compileSettings, operationSettings } from "./settings.ts";

export interface LocalOperations {
  call(method: string, params: object): Promise<unknown>;
  close(): Promise<void>;
}

const CALLER: Caller = { channel: "terminal", connectionId: "local", clientName: "cli" };

/** What a state directory holds in which nothing has been said yet: looking at it must not create a store. */
function emptyStore(): Store {
  const refuse = () => Promise.reject(new ContinuoError("GATEWAY_UNREACHABLE", "No gateway is running that could write this."));
  return { all: () => Promise.resolve([]), get: () => Promise.resolve(undefined), run: refuse, transaction: refuse, close: () => Promise.resolve() };
}

/** The operations on the store as it lies there, for commands that look while no gateway runs. */
export async function openLocal(env: Environment, version: string): Promise<LocalOperations> {
  const paths = resolvePaths(env);
  const files = statePaths(paths.stateDir);
  const loaded = await look(paths.configPath, env);
  const settings = compileSettings(loaded.config, loaded.warnings, env);
  const store = openStoreReadOnly(files.database) ?? emptyStore();
  const clock = systemClock;
  const facts = {
    version,
    stateDir: paths.stateDir,
    configPath: paths.configPath,
    pid: process.pid,
    startedAt: clock.now(),
    address: () => null,
  };
  const services: Services = { store, clock, ids: createIds(clock), facts, settings: operationSettings(() => settings), live: null };
  return {
    async call(method, params) {
      const operation = OPERATIONS.find(({ name }) => name === method);
      if (!operation) throw new ContinuoError("REQUEST_INVALID", `There is no operation ${method}.`);
      return operation.run(services, operation.input.parse(params), CALLER);
    },
    close: () => store.close(),
  };
}
